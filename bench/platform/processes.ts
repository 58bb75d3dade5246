import { readdirSync, readFileSync } from 'node:fs';

/** Answers all that a process started, and what those started, as it is now. Linux. */
export function processTree(): (pid: number) => number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(/^PPid:\s+(\d+)/m.exec(readProc(`/proc/${name}/status`))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below;
}

/** Processor time that a process has used so far, in milliseconds; Linux counts it in ticks of 10. */
export function processorMs(pid: number): number {
  // the name, in parentheses, may hold anything; utime and stime are the 12th and 13th field after it
  const text = readProc(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0));
}

/** Empty when the process has ended meanwhile. */
export function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}

/** Resident memory of a process and everything below it, in MB; pages they share count once for each. */
export function residentMb(pid: number): number {
  const kilobytes = (one: number) => Number(/^VmRSS:\s+(\d+)/m.exec(readProc(`/proc/${one}/status`))?.[1] ?? 0);
  return [pid, ...processTree()(pid)].reduce((total, one) => total + kilobytes(one), 0) / 1024;
}
