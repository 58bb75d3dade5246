import type { Recorder } from '../record.ts';
import type { World } from './world.ts';

/** Measurements that are taken together. */
export interface Group {
  name: string;
  /** every case that `run` records; when all are there already, it is not run */
  cases: readonly string[];
  run(world: World, record: Recorder): Promise<void>;
}
