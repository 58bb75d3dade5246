import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../numbers.ts';
import { root } from '../record.ts';
import type { Group } from './group.ts';

const first = 'first start after set-up to ready';
const second = 'second start to ready, laurel up alone';
const whole = 'second start to ready, npm start';
const stopped = 'Ctrl-C to stopped';
const runs = 3;

/** Starts on an empty data directory, then on one with data. */
export const start: Group = {
  name: 'start',
  cases: [first, second, whole, stopped],
  async run(world, record) {
    record.add({ case: first, value: (await world.platform()).readyMs / 1000, unit: 's' });
    const starts: number[] = [];
    const stops: number[] = [];
    for (let i = 0; i < runs; i++) {
      const platform = await world.restart();
      starts.push(platform.readyMs / 1000);
      stops.push((await platform.stop()) / 1000);
    }
    await world.restart();
    record.add({ case: second, value: median(starts), unit: 's', details: { runs: starts } });
    record.add({ case: stopped, value: median(stops), unit: 's', details: { runs: stops } });
    const setUp = setUpSeconds();
    if (setUp === null) return;
    const value = setUp + median(starts);
    record.add({ case: whole, value, unit: 's', peer: 10, peerName: 'target', details: { setUpSeconds: setUp } });
  },
};

/** What `npm start` does first, when nothing has changed. Null, with a message, where it would install packages. */
function setUpSeconds(): number | null {
  if (!existsSync(join(root, 'node_modules/.laurel-installed'))) {
    process.stderr.write('  The packages were not installed by set-up, so its time is not measured here.\n');
    return null;
  }
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/setup.mjs')], { stdio: 'ignore' });
  if (status !== 0) throw new Error('set-up failed; run node scripts/setup.mjs to see why');
  return (performance.now() - startedAt) / 1000;
}
