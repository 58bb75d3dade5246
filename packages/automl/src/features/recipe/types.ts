import type { GeneratedFeature } from '@laurel/contracts';
import type { Table } from '@laurel/tabular';
import type { Config, ModelState } from '../../models/types.ts';
import type { TargetOutputs } from '../outputs.ts';
import type { KeyColumn } from './keys.ts';

/** What a transformer may learn from: the training rows of one fold, and nothing else of the table. */
export interface TransformInput {
  table: Table;
  /** training rows of `table` */
  rows: Int32Array;
  /** the target of those rows, in their order */
  outputs: TargetOutputs;
  /** per output: what the name of a column made of it ends with, the class where there are several; else empty */
  suffixes: readonly string[];
  /** 0..4 per training row: codes of the target are made from the other folds */
  folds: Uint8Array;
  config: Config;
  seed: number;
  /** the columns that read as categories, those that tell most of the target first; empty without `readsKeys` */
  keys: readonly KeyColumn[];
  /** the places of a key column's values, one for each of `rows` of the table; without `rows` for each training row */
  placesOf(key: KeyColumn, rows?: Int32Array): Int32Array;
}

/** What the steps of one recipe read together, once for each table. */
export interface Shared {
  /** the places of a key column's values, one per row */
  placesOf(column: string): Int32Array;
}

/** Something learnt that gives one or more columns of numbers, from any table with the columns it was learnt on. */
export interface Step {
  features: GeneratedFeature[];
  state: ModelState;
  /** names of the key columns that it reads by their places */
  keys?: string[];
  /** one per feature: the values of the training rows, where they are not what `prepare` makes of them */
  training?: Float64Array[];
}

/** One way to make features. Registered in `features/registry.ts`; its parameters are in `features/recipe-space.ts`. */
export interface Transformer {
  id: string;
  /** it is given the columns that read as categories, which take time to find */
  readsKeys?: true;
  /**
   * Its steps, the most promising first; none where the configuration or the data do not ask for it. They are asked for
   * one by one until time or the limit of columns ends, so that a generator makes no more than are used. Null: nothing
   * yet, for a look at the clock.
   */
  fit(input: TransformInput): Iterable<Step | null>;
  /** makes what is slow to build once, and gives the function from a table to one array per feature of the step */
  prepare(state: ModelState): (table: Table, shared: Shared) => Float64Array[];
}
