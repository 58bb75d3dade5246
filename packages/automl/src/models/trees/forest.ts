import { deriveSeed } from '@laurel/tabular';
import { type ForestParameters, type ForestTask, fitForest } from '@laurel/trees';
import type { FitInput, FittedModel } from '../types.ts';
import { type TreeData, type TreeRows, treeData } from './data.ts';
import { scoreByTrees } from './forest-curve.ts';
import { createTreeModel, type TreeHeader, toPredictions } from './model.ts';

/** Trees of a forest, where time and size allow so many. */
const trees = 300;
/**
 * Bytes that the trees of one fold may take: trees of full depth on many rows are large, every fold has a forest, and a
 * hundred such trees predict about as well as three hundred.
 */
const mostModelBytes = 32 * 2 ** 20;

/** What a family says of its forest; the rest is the same for both. */
export type ForestSettings = Partial<Omit<ForestParameters, 'trees'>>;

/** Grows a forest until it is large enough or the deadline has passed; the validation rows only score it. */
export async function fitForestModel(input: FitInput, settings: ForestSettings): Promise<FittedModel> {
  const data = treeData(input);
  const { train, scale, expansion } = data;
  const { features, rows } = train;
  const task: ForestTask =
    input.task === 'regression' ? { kind: 'regression' } : { kind: 'classification', classes: input.classes };
  const result = await fitForest({
    features,
    rows,
    target: train.learnt,
    ...(train.weights ? { weights: train.weights } : {}),
    task,
    parameters: { ...settings, trees },
    seed: deriveSeed(input.seed, 'trees'),
    signal: input.signal,
    deadlineMs: input.deadlineMs,
    now: input.now,
    stopAfter: typeof input.decided?.trees === 'number' ? input.decided.trees : undefined,
    memoryLimitBytes: input.memoryLimitBytes,
    modelLimitBytes: Math.min(mostModelBytes, input.modelLimitBytes ?? mostModelBytes),
    outOfBag: false,
  });
  const header: TreeHeader = {
    task: input.task,
    iterations: result.trees,
    scale,
    doubt: task.kind === 'regression' ? null : doubtOf(train, task.classes),
  };
  const curve = curveOf(input, data, header, result.model);
  for (const [iteration, score] of curve) input.onIteration?.(iteration, score);
  // A forest that is as large as it may be is whole, with however many trees.
  const isLate = input.now() >= input.deadlineMs || result.trees === input.decided?.trees;
  const truncated = result.truncated && isLate;
  const decided = truncated ? { decided: { trees: result.trees } } : {};
  return createTreeModel({ header, expansion, model: result.model }, { curve, truncated, ...decided });
}

function curveOf(
  input: FitInput,
  { validation }: TreeData,
  header: TreeHeader,
  model: Parameters<typeof scoreByTrees>[0],
): [number, number][] {
  if (!validation) return [];
  const { features, rows, target } = validation;
  const isLate = () => input.now() >= input.deadlineMs;
  return scoreByTrees(model, features, rows, isLate, (raw) => input.metric.score(target, toPredictions(header, raw)));
}

/**
 * What all trees agree on is still not certain: of what was not seen in n rows up to 3 / n can be so (the rule of
 * three). The classes get it by their shares, those without a row as half a row. Without it one row that is wrong where
 * no tree had a doubt would make an endless log loss.
 */
function doubtOf({ target, weights }: TreeRows, classes: number): number[] {
  const counts = new Float64Array(classes);
  target.forEach((value, i) => {
    counts[value]! += weights ? weights[i]! : 1;
  });
  const total = counts.reduce((sum, count) => sum + Math.max(0.5, count), 0);
  const share = 3 / (target.length + 3);
  return Array.from(counts, (count) => (share * Math.max(0.5, count)) / total);
}
