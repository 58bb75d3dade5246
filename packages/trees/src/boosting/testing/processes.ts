import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BoostParameters, Objective } from '../types.ts';

/** What another process is to do. */
export type Errand =
  | { kind: 'fit'; fits: { objective: Objective; parameters: Partial<BoostParameters>; seed: number }[] }
  | { kind: 'predict'; files: string[]; rows: number; rowsSeed: number };

/** Digests of the models or the predictions that another process makes. */
export async function runElsewhere(errand: Errand): Promise<string[]> {
  const script = join(import.meta.dirname, 'fit-elsewhere.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, JSON.stringify(errand)]);
  return JSON.parse(stdout);
}
