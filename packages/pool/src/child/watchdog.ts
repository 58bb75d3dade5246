import { Worker } from 'node:worker_threads';

/**
 * Ends this process when its parent is gone. The IPC channel's end is only seen between two turns of the event
 * loop, and a fit can keep the loop busy for minutes; a second thread sees it within a second.
 */
export function dieWithParent(): void {
  const parent = process.ppid;
  const source = `
    const parent = ${parent};
    setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);
  `;
  const watchdog = new Worker(source, { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 8 } });
  watchdog.unref();
}
