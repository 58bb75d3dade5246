import { deriveSeed, type Table } from '@laurel/tabular';
import type { FeatureInput } from '@laurel/trees';
import { type Expanded, type Expansion, fitExpansion } from '../../features/expand.ts';
import { targetOutputs } from '../../features/outputs.ts';
import { pick } from '../rows.ts';
import type { FitInput } from '../types.ts';
import { fitTargetScale, type TargetScale, toScaled } from './target-scale.ts';

/** Levels that a category keeps; those beyond share one, which leaves each a bin of its own in a byte. */
const levelLimit = 253;

/** Rows as trees read them. */
export interface TreeRows {
  features: FeatureInput[];
  rows: number;
  /** class indices, or values */
  target: Float64Array;
  /** class indices, or standardised values: what the trees learn */
  learnt: Float64Array;
  /** weight per row; absent: 1 each */
  weights?: Float64Array;
}

/** A fold as trees read it; everything is learnt from its training rows. */
export interface TreeData {
  expansion: Expansion;
  /** null for classes */
  scale: TargetScale | null;
  train: TreeRows;
  /** null also where there are no rows to validate on */
  validation: TreeRows | null;
}

export function treeData(input: FitInput): TreeData {
  const { train, validation, task, classes } = input;
  const outputs = targetOutputs(task, classes, train.target, train.rows, train.blocks);
  const { expansion, training } = fitExpansion(train.features, train.rows, outputs, {
    cyclicDates: false,
    words: 100,
    levelLimit,
    levelMinCount: 1,
    coded: input.features?.coded,
    seed: deriveSeed(input.seed, 'features'),
  });
  const target = pick(train.target, train.rows);
  const scale = task === 'regression' ? fitTargetScale(target) : null;
  const rowsOf = (expanded: Expanded, values: Float64Array): TreeRows => ({
    features: featureInputs(expansion, expanded),
    rows: expanded.rows,
    target: values,
    learnt: scale ? toScaled(values, scale) : values,
  });
  return {
    expansion,
    scale,
    train: { ...rowsOf(training, target), ...(train.weights ? { weights: pick(train.weights, train.rows) } : {}) },
    validation:
      validation && validation.rows.length > 0
        ? rowsOf(expansion.transform(validation.features, validation.rows), pick(validation.target, validation.rows))
        : null,
  };
}

/** The expanded columns of `rows` of a table, in the order of `treeData`. */
export function readFeatures(expansion: Expansion, table: Table, rows: Int32Array): FeatureInput[] {
  return featureInputs(expansion, expansion.transform(table, rows));
}

/** Numbers first, then categories. Trees need a column, so that without any there is one that never varies. */
function featureInputs({ categories }: Expansion, expanded: Expanded): FeatureInput[] {
  const inputs: FeatureInput[] = [
    ...expanded.numeric.map((values): FeatureInput => ({ kind: 'numeric', values })),
    ...expanded.categories.map((codes, k): FeatureInput => {
      return { kind: 'categorical', codes, levels: categories[k]!.size };
    }),
  ];
  return inputs.length > 0 ? inputs : [{ kind: 'numeric', values: new Float64Array(expanded.rows) }];
}
