import { compareModels, type PreparedData, type StoredPredictions, tiedModels } from '@laurel/automl';
import type { PairedComparison } from '@laurel/contracts';
import { type Metric, metricById, pairedBootstrap, predictedRows, takeRows } from '@laurel/evaluation';
import { createRandom, deriveSeed } from '@laurel/tabular';

export interface StoredModel {
  modelId: string;
  prepared: PreparedData;
  predictions: StoredPredictions;
  foldScores: readonly number[];
}

type Test = Omit<PairedComparison, 'a' | 'b'>;

const notTested: Test = {
  delta: null,
  ciLow: null,
  ciHigh: null,
  verdict: 'not tested',
  method: 'the models predict something else, or share no rows that both were validated on',
};
/** With fewer shared rows a comparison says nothing. */
const fewestRows = 10;

/**
 * A paired test of every two models: on the folds within an experiment, on the rows that both predicted when they come
 * from two experiments on the same table. `rows`: rows that all of them predicted.
 */
export function compareStored(models: readonly StoredModel[]): { pairs: PairedComparison[]; rows: number } {
  const pairs = models.flatMap((a, i) =>
    models.slice(i + 1).map((b) => ({ a: a.modelId, b: b.modelId, ...testPair(a, b) })),
  );
  return { pairs, rows: sharedRows(models)?.target.length ?? 0 };
}

function testPair(a: StoredModel, b: StoredModel): Test {
  const metric = metricById(a.prepared.plan.metric);
  if (metric === undefined) return notTested;
  if (a.prepared.splitSha256 === b.prepared.splitSha256 && sameQuestion(a, b)) {
    const of = ({ predictions, foldScores }: StoredModel) => ({
      oof: predictions.oof,
      threshold: predictions.threshold,
      foldScores,
    });
    const { delta, ciLow, ciHigh, ...rest } = compareModels(a.prepared, of(a), of(b));
    return { ...towardsB(metric, delta, ciLow, ciHigh), ...rest };
  }
  const shared = sharedRows([a, b]);
  if (shared === null) return notTested;
  const { plan } = a.prepared;
  const test = pairedBootstrap(metric, shared.target, shared.predictions[0]!, shared.predictions[1]!, {
    classes: a.predictions.outputs,
    positive: plan.positiveClass === null ? undefined : plan.labels.indexOf(plan.positiveClass),
    random: createRandom(deriveSeed(plan.seed, 'compare')).next,
  });
  if (!Number.isFinite(test.low)) return notTested;
  return {
    ...towardsB(metric, test.difference, test.low, test.high),
    verdict: test.low > 0 || test.high < 0 ? 'likely real' : 'could be luck',
    method: 'paired bootstrap of the rows that both predicted',
  };
}

/** From `a - b` in the metric's direction to a difference that is above 0 when b is better. */
function towardsB(metric: Metric, difference: number | null, low: number | null, high: number | null) {
  const turn = (value: number | null) => (value === null ? null : metric.higherIsBetter ? -value : value);
  const [ciLow, ciHigh] = metric.higherIsBetter ? [turn(high), turn(low)] : [turn(low), turn(high)];
  return { delta: turn(difference), ciLow, ciHigh };
}

function sameQuestion(a: StoredModel, b: StoredModel): boolean {
  const [one, other] = [a.prepared.plan, b.prepared.plan];
  const labels = JSON.stringify(one.labels) === JSON.stringify(other.labels);
  return one.target === other.target && one.task === other.task && labels;
}

/** Target and out-of-fold predictions of the rows that every model was validated on, by the row's number in the file. */
function sharedRows(models: readonly StoredModel[]): { target: Float64Array; predictions: Float64Array[] } | null {
  const first = models[0]!;
  if (!models.every((model) => sameQuestion(first, model))) return null;
  const classes = first.predictions.outputs;
  const positions = models.map(({ prepared, predictions }) => {
    const training = prepared.target.subarray(0, prepared.trainingRows);
    const rows = predictedRows(training, predictions.oof, classes);
    return new Map(Array.from(rows, (i) => [prepared.rowIds[i]!, i]));
  });
  const shared = [...positions[0]!.keys()].filter((row) => positions.every((of) => of.has(row))).sort((x, y) => x - y);
  if (shared.length < fewestRows) return null;
  const at = positions.map((of) => Int32Array.from(shared, (row) => of.get(row)!));
  const targets = models.map(({ prepared }, m) => takeRows(prepared.target, at[m]!, 1));
  // row numbers of two different files can agree; their targets then do not
  const target = targets[0]!;
  if (!targets.every((other) => other.every((value, i) => value === target[i]))) return null;
  return { target, predictions: models.map(({ predictions }, m) => takeRows(predictions.oof, at[m]!, classes)) };
}

/** Ids of the models that may be as good as the best of them, and of those that were looked at. */
export function tiesOfStored(
  prepared: PreparedData,
  models: readonly { modelId: string; score: number; oof: Float32Array; threshold?: number | undefined }[],
): { tied: string[]; tested: string[] } {
  const found = tiedModels(prepared, models);
  const idsWhere = (wanted: (tied: boolean | null) => boolean) =>
    models.filter((_, i) => wanted(found[i]!)).map((model) => model.modelId);
  return { tied: idsWhere((tied) => tied === true), tested: idsWhere((tied) => tied !== null) };
}
