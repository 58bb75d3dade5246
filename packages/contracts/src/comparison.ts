import { z } from 'zod';
import { modelView } from './model.ts';

/** A paired comparison of two models on the same rows. `delta` is b minus a, signed so that above 0 means b is better. */
export const pairedComparison = z.object({
  a: z.string(),
  b: z.string(),
  delta: z.number().nullable(),
  ciLow: z.number().nullable(),
  ciHigh: z.number().nullable(),
  verdict: z.enum(['likely real', 'could be luck', 'not tested']),
  method: z.string(),
});
export type PairedComparison = z.infer<typeof pairedComparison>;

/** Answer of GET /models/compare: 2 to 4 models of one target, side by side. */
export const modelComparison = z.object({
  metric: z.object({ id: z.string(), label: z.string(), higherIsBetter: z.boolean() }),
  models: z.array(modelView),
  /** one row per hyperparameter that any of them has; `values` in the order of `models`, null where it does not exist */
  parameters: z.array(z.object({ name: z.string(), values: z.array(z.unknown()), differs: z.boolean() })),
  pairs: z.array(pairedComparison),
  /** rows that all of them predicted; 0 when they were validated on other rows, and then nothing is tested */
  rows: z.number().int(),
});
export type ModelComparison = z.infer<typeof modelComparison>;
