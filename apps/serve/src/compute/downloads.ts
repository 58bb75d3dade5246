import type { PreparedData, StoredPredictions } from '@laurel/automl';
import { predictsValues } from '@laurel/contracts';
import { argmaxLabels, labelsAtThreshold } from '@laurel/evaluation';
import { csvLine } from './csv.ts';

/** The folds as CSV: `row` is the number of the data row in the file as uploaded, from 0; `fold_1`... one column per repeat; holdout rows say so. */
export function splitsCsv(prepared: PreparedData): string {
  const { rowIds, trainingRows, folds } = prepared;
  const lines = [csvLine(['row', 'part', ...folds.map((_, repeat) => `fold_${repeat + 1}`)])];
  for (let i = 0; i < rowIds.length; i++) {
    const inTraining = i < trainingRows;
    const cells = folds.map((fold) => (inTraining && fold[i]! >= 0 ? String(fold[i]) : ''));
    lines.push(csvLine([String(rowIds[i]), inTraining ? 'training' : 'holdout', ...cells]));
  }
  return lines.join('');
}

export interface SplitsJson {
  rows: number;
  trainingRows: number;
  splitSha256: string;
  items: { row: number; part: 'training' | 'holdout'; folds: (number | null)[] }[];
}

export function splitsJson(prepared: PreparedData): SplitsJson {
  const { rowIds, trainingRows, folds, splitSha256 } = prepared;
  const items = Array.from(rowIds, (row, i) => {
    const inTraining = i < trainingRows;
    const own = folds.map((fold) => (inTraining && fold[i]! >= 0 ? fold[i]! : null));
    return { row, part: inTraining ? ('training' as const) : ('holdout' as const), folds: own };
  });
  return { rows: rowIds.length, trainingRows, splitSha256, items };
}

export type Split = 'oof' | 'holdout';

/** One row of stored predictions: the row's number in the file, what it is, and what was predicted. */
interface PredictedRow {
  row: number;
  actual: string | number;
  label?: string;
  probabilities?: number[];
  value?: number;
}

/** Stored predictions of a split, rows without a prediction left out. */
export function* predictedRowsOf(
  prepared: PreparedData,
  stored: StoredPredictions,
  split: Split,
): Generator<PredictedRow> {
  const { plan, rowIds, target, trainingRows } = prepared;
  const values = split === 'oof' ? stored.oof : stored.holdout;
  const offset = split === 'oof' ? 0 : trainingRows;
  const { outputs } = stored;
  const best = predictsValues(plan.task) ? null : storedLabels(stored, values, plan);
  for (let i = 0; i < values.length / outputs; i++) {
    if (!Number.isFinite(values[i * outputs]!)) continue;
    const row = rowIds[offset + i]!;
    const truth = target[offset + i]!;
    if (best === null) yield { row, actual: truth, value: values[i]! };
    else {
      const probabilities = Array.from(values.subarray(i * outputs, (i + 1) * outputs));
      yield { row, actual: plan.labels[truth]!, label: plan.labels[best[i]!]!, probabilities };
    }
  }
}

/** Labels of stored probabilities, at the model's threshold where it has one. */
function storedLabels(
  { outputs, threshold }: StoredPredictions,
  values: Float32Array,
  plan: PreparedData['plan'],
): Int32Array {
  if (threshold === undefined || plan.task !== 'binary') return argmaxLabels(values, outputs);
  const positive = plan.positiveClass === null ? 1 : plan.labels.indexOf(plan.positiveClass);
  return labelsAtThreshold(values, positive, threshold);
}

export function predictionsCsv(prepared: PreparedData, stored: StoredPredictions, split: Split): string {
  const { task, labels } = prepared.plan;
  const columns = predictsValues(task) ? ['value'] : ['label', ...labels.map((label) => `probability_${label}`)];
  const lines = [csvLine(['row', 'actual', ...columns])];
  for (const { row, actual, label, probabilities, value } of predictedRowsOf(prepared, stored, split)) {
    const cells = label === undefined ? [String(value)] : [label, ...(probabilities ?? []).map(String)];
    lines.push(csvLine([String(row), String(actual), ...cells]));
  }
  return lines.join('');
}
