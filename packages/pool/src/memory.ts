import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

/**
 * Resident memory of each process in megabytes; a process that is gone is left out. Linux: /proc; else `ps`.
 * Limits of V8 do not bound WASM or typed arrays, so the pool watches this number and kills.
 */
export async function residentMb(pids: number[]): Promise<Map<number, number>> {
  if (pids.length === 0) return new Map();
  return process.platform === 'linux' ? fromProc(pids) : fromPs(pids);
}

function fromProc(pids: number[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const pid of pids) {
    try {
      // VmRSS is in kB whatever the page size is, which statm is not
      const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
      if (kb !== undefined) found.set(pid, Number(kb) / 1024);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    }
  }
  return found;
}

function fromPs(pids: number[]): Promise<Map<number, number>> {
  return new Promise((resolve) => {
    // ps exits with 1 when one of the processes is gone and still prints the others
    execFile('ps', ['-o', 'pid=,rss=', '-p', pids.join(',')], (_error, stdout) => {
      const found = new Map<number, number>();
      for (const line of stdout.split('\n')) {
        const [pid, kb] = line.trim().split(/\s+/).map(Number);
        if (pid && kb) found.set(pid, kb / 1024);
      }
      resolve(found);
    });
  });
}

/**
 * Work in the background stays behind the web server and the database: lower priority on the processor, and the
 * first to go when the system runs out of memory. Both are wishes; where they are refused the work runs as it is.
 */
export function stayBehind(pid: number): void {
  try {
    setPriority(pid, 5);
  } catch {
    // the process is gone already, or the system forbids it: neither changes a result
  }
  if (process.platform === 'linux') writeFile(`/proc/${pid}/oom_score_adj`, '500').catch(() => undefined);
}
