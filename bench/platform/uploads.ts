import { median } from '../numbers.ts';
import type { Group } from './group.ts';
import { diamonds, penguins, type Sample, upload } from './world.ts';

const cold = (sample: Sample) => `upload to profiled: ${sample.name}, first after a start`;
const warm = (sample: Sample) => `upload to profiled: ${sample.name}`;
const samples = [penguins, diamonds];
const runs = 5;

/** From the first byte sent to the status `ready`, as a client sees it that asks every 10 ms. */
export const uploads: Group = {
  name: 'upload',
  cases: samples.flatMap((sample) => [cold(sample), warm(sample)]),
  async run(world, record) {
    for (const sample of samples) {
      await world.restart();
      const api = await world.api();
      record.add({ case: cold(sample), value: (await upload(api, sample)).seconds, unit: 's' });
      const seconds: number[] = [];
      for (let i = 0; i < runs; i++) seconds.push((await upload(api, sample)).seconds);
      record.add({ case: warm(sample), value: median(seconds), unit: 's', details: { runs: seconds } });
    }
  },
};
