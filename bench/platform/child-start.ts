import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { median, quantile } from '../numbers.ts';
import { root } from '../record.ts';
import type { Group } from './group.ts';

const middle = 'child of the worker: fork to ready, without tfjs';
const slowest = 'child of the worker: fork to ready, p95';
const runs = 21;

/** The bundled program of a trial's process, forked as the pool does it, to its first message. */
export const childStart: Group = {
  name: 'child-start',
  cases: [middle, slowest],
  async run(_world, record) {
    const times: number[] = [];
    for (let i = 0; i < runs; i++) times.push(await forkToReadyMs());
    const later = times.slice(1); // the first reads the files from disk
    record.add({ case: middle, value: median(later), unit: 'ms', peer: 300, peerName: 'target' });
    record.add({ case: slowest, value: quantile(later, 0.95), unit: 'ms', details: { firstMs: times[0] } });
  },
};

async function forkToReadyMs(): Promise<number> {
  const entry = join(root, 'apps/worker/dist/child.js');
  if (!existsSync(entry)) throw new Error(`${entry} is missing. Run "npm run setup" first.`);
  const startedAt = performance.now();
  const child = fork(entry, [], {
    serialization: 'advanced',
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', NODE_ENV: 'production' },
    execArgv: ['--max-old-space-size=2048'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('message', (message: { type: string }) =>
        message.type === 'ready'
          ? resolve(performance.now() - startedAt)
          : reject(new Error(`it said ${message.type}`)),
      );
      child.once('exit', (code) => reject(new Error(`the child ended with code ${code} before it was ready`)));
    });
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
  }
}
