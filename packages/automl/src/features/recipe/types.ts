import type { GeneratedFeature } from '@laurel/contracts';
import type { Table } from '@laurel/tabular';
import type { Config, ModelState } from '../../models/types.ts';
import type { TargetOutputs } from '../outputs.ts';

/** What a transformer may learn from: the training rows of one fold, and nothing else of the table. */
export interface TransformInput {
  table: Table;
  /** training rows of `table` */
  rows: Int32Array;
  /** the target of those rows, in their order */
  outputs: TargetOutputs;
  /** 0..4 per training row: codes of the target are made from the other folds */
  folds: Uint8Array;
  config: Config;
  seed: number;
  /** more columns than these are not made */
  mostColumns: number;
}

/** Something learnt that gives one or more columns of numbers, from any table with the columns it was learnt on. */
export interface Step {
  features: GeneratedFeature[];
  state: ModelState;
  /** one per feature: the values of the training rows, where they are not what `apply` gives */
  training?: Float64Array[];
}

/** One way to make features. Registered in `features/registry.ts`; its parameters are in `features/recipe-space.ts`. */
export interface Transformer {
  id: string;
  /** its steps, the most promising first; none where the configuration or the data do not ask for it */
  fit(input: TransformInput): Step[];
  /** makes what is slow to build once, and gives the function from a table to one array per feature of the step */
  prepare(state: ModelState): (table: Table) => Float64Array[];
}
