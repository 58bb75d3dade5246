import { correctedResampledT, pairedBootstrap, takeRows, tiedWithBest } from '@laurel/evaluation';
import { createRandom, deriveSeed } from '@laurel/tabular';
import { finiteOrNull, metricOf, outputsOf, seenBy, shapeOf, splitRows, withThreshold } from './scoring.ts';
import type { PreparedData } from './types.ts';

/** What of a trained model a comparison needs: its out-of-fold predictions, and its scores by fold. */
export interface ComparedModel {
  oof: Float32Array;
  /** binary: its threshold where that is not 0.5 */
  threshold?: number | undefined;
  foldScores?: readonly number[];
}

export interface PairComparison {
  /** score of a minus score of b, in the metric's own direction */
  delta: number | null;
  ciLow: number | null;
  ciHigh: number | null;
  verdict: 'likely real' | 'could be luck';
  method: string;
}

/** Models looked at for ties; the others are not tested. */
const mostTested = 50;
/** With fewer folds their spread says too little, and rows are resampled instead. */
const leastFolds = 5;

/**
 * Two models of one experiment on the same rows. With five folds or more: the corrected resampled t test on their fold
 * scores (Nadeau and Bengio 2003); otherwise a paired bootstrap of the rows, or of their groups or stretches of time.
 * `likely real` when the 95 % interval leaves out zero.
 */
export function compareModels(prepared: PreparedData, a: ComparedModel, b: ComparedModel): PairComparison {
  return byFolds(prepared, a, b) ?? byRows(prepared, a, b);
}

function byFolds(prepared: PreparedData, a: ComparedModel, b: ComparedModel): PairComparison | null {
  const { validation } = prepared.plan;
  const count = validation.folds * validation.repeats;
  if ((validation.kind !== 'kfold' && validation.kind !== 'group') || count < leastFolds) return null;
  if (a.foldScores?.length !== count || b.foldScores?.length !== count) return null;
  const testRows = prepared.trainingRows / validation.folds;
  const test = correctedResampledT(a.foldScores, b.foldScores, {
    testRows,
    trainRows: prepared.trainingRows - testRows,
  });
  if (Number.isNaN(test.low)) return null;
  return verdict(test.difference, test.low, test.high, 'corrected resampled t test on the folds');
}

function byRows(prepared: PreparedData, a: ComparedModel, b: ComparedModel): PairComparison {
  const { plan } = prepared;
  const { target, predictions, ...resampling } = sharedRows(prepared, [a, b]);
  const random = createRandom(deriveSeed(plan.seed, 'compare')).next;
  const test = pairedBootstrap(metricOf(plan.metric), target, predictions[0]!, predictions[1]!, {
    ...shapeOf(plan),
    ...resampling,
    random,
  });
  const of = plan.validation.kind === 'group' ? 'groups' : resampling.blocks ? 'stretches of time' : 'rows';
  return verdict(test.difference, test.low, test.high, `paired bootstrap of the ${of}`);
}

/**
 * Which models may be as good as the best: a 90 % model confidence set over the 50 best (Hansen, Lunde and Nason 2011),
 * which allows for the best having been chosen on the same rows. null: not tested.
 */
export function tiedModels(
  prepared: PreparedData,
  models: readonly (ComparedModel & { score: number })[],
): (boolean | null)[] {
  const { plan } = prepared;
  const metric = metricOf(plan.metric);
  const direction = metric.higherIsBetter ? -1 : 1;
  const order = models
    .map((_, index) => index)
    .sort((x, y) => (models[x]!.score - models[y]!.score) * direction || x - y);
  const tested = order.slice(0, mostTested);
  const result: (boolean | null)[] = models.map(() => null);
  if (tested.length === 0) return result;
  const { target, predictions, ...resampling } = sharedRows(
    prepared,
    tested.map((index) => models[index]!),
  );
  const random = createRandom(deriveSeed(plan.seed, 'ties')).next;
  const set = tiedWithBest(metric, target, predictions, { ...shapeOf(plan), ...resampling, random });
  tested.forEach((index, at) => {
    result[index] = set.tied[at]!;
  });
  return result;
}

/** The training rows that every model has predicted. */
function sharedRows(prepared: PreparedData, models: readonly ComparedModel[]) {
  const outputs = outputsOf(prepared.plan);
  const sum = Float64Array.from(models[0]!.oof);
  for (const { oof } of models.slice(1)) for (let i = 0; i < sum.length; i++) sum[i]! += oof[i]!;
  const { rows, target, blocks, weights } = splitRows(prepared, 'oof', sum);
  const { plan } = prepared;
  const predictions = models.map(({ oof, threshold }) => {
    const own = { rows, target, predictions: takeRows(oof, rows, outputs) };
    return seenBy(metricOf(plan.metric), withThreshold(plan, own, threshold));
  });
  return { target, predictions, blocks, weights };
}

function verdict(difference: number, low: number, high: number, method: string): PairComparison {
  return {
    delta: finiteOrNull(difference),
    ciLow: finiteOrNull(low),
    ciHigh: finiteOrNull(high),
    verdict: low > 0 || high < 0 ? 'likely real' : 'could be luck',
    method,
  };
}
