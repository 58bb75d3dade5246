import { parseArgs } from 'node:util';
import { createRecorder } from '../record.ts';
import { childStart } from './child-start.ts';
import { diamondsExperiment, penguinsExperiment } from './experiments.ts';
import type { Group } from './group.ts';
import { stopAll } from './launch.ts';
import { idleMemory, memoryAfterWork } from './memory.ts';
import { overhead } from './overhead.ts';
import { predictions } from './predictions.ts';
import { start } from './start.ts';
import { uploads } from './uploads.ts';
import { workerRestart } from './worker-restart.ts';
import { createWorld } from './world.ts';

const groups: Group[] = [
  childStart,
  start,
  idleMemory,
  uploads,
  penguinsExperiment,
  diamondsExperiment,
  predictions,
  overhead,
  workerRestart,
  memoryAfterWork,
];
const names = groups.map((group) => group.name).join(', ');
const usage = `Usage: npm run bench -- platform [options]

Starts a platform of its own, measures it, stops it and removes its data. About 8 minutes.

  --only a,b    groups: ${names} (all)
  --again       measure again what has a line for this machine and this code
  --no-setup    measure what is built already`;

const { values } = parseArgs({
  options: { only: { type: 'string' }, again: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});

if (values.help) process.stdout.write(`${usage}\n`);
else process.exitCode = await run(values.only?.split(','), values.again === true);

async function run(only: string[] | undefined, again: boolean): Promise<number> {
  const unknown = only?.filter((name) => !groups.some((group) => group.name === name)) ?? [];
  if (unknown.length > 0) {
    process.stderr.write(`There is no group ${unknown.join(', ')}. Groups: ${names}.\n`);
    return 2;
  }
  const record = createRecorder({ bench: 'platform', again });
  const world = createWorld();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void stopAll().then(() => process.exit(130)));
  const failed: string[] = [];
  try {
    for (const group of groups) {
      if (only && !only.includes(group.name)) continue;
      if (group.cases.every(record.has)) continue;
      process.stderr.write(`${group.name} …\n`);
      try {
        await group.run(world, record);
      } catch (error) {
        // the other groups are worth measuring still
        failed.push(group.name);
        process.stderr.write(`  ${group.name} failed: ${(error as Error).message}\n`);
      }
    }
  } finally {
    await world.close();
    await stopAll();
  }
  process.stdout.write(`\n${record.table()}\n`);
  if (failed.length > 0) process.stderr.write(`\nNot measured: ${failed.join(', ')}; the lines above say why.\n`);
  return failed.length > 0 ? 1 : 0;
}
