import { metricById } from '@laurel/evaluation';
import type { Problem } from './problems.ts';

export interface Score {
  unit: 'auc' | 'logloss' | 'rmse';
  value: number;
}

/** What predictions (rows x outputs, after the link) are worth: AUC and log loss, log loss, or RMSE. */
export function scoresOf(problem: Pick<Problem, 'task' | 'target' | 'outputs'>, predictions: Float64Array): Score[] {
  const { task, target, outputs } = problem;
  const score = (id: string, values: Float64Array, classes: number) => {
    const metric = metricById(id);
    if (!metric) throw new Error(`There is no metric ${id}.`);
    return metric.compute(target, values, { classes });
  };
  if (task === 'regression') return [{ unit: 'rmse', value: score('rmse', predictions, 1) }];
  if (task === 'multiclass') return [{ unit: 'logloss', value: score('log_loss', predictions, outputs) }];
  const both = new Float64Array(2 * predictions.length);
  predictions.forEach((p, i) => {
    both[2 * i] = 1 - p;
    both[2 * i + 1] = p;
  });
  return [
    { unit: 'auc', value: score('roc_auc', both, 2) },
    { unit: 'logloss', value: score('log_loss', both, 2) },
  ];
}

/** Log loss or RMSE. */
export function lossOf(problem: Pick<Problem, 'task' | 'target' | 'outputs'>, predictions: Float64Array): number {
  return (scoresOf(problem, predictions).at(-1) as Score).value;
}

export interface FoldComparison {
  ours: number;
  peer: number;
  /** ours minus the peer's, in the mean over folds */
  difference: number;
  /** standard error of that mean, from the paired differences */
  standardError: number;
  folds: number;
  /** within: at most two standard errors apart */
  verdict: 'within' | 'better' | 'worse';
}

/** Scores of the same folds, in the same order. */
export function compareFolds(
  ours: readonly number[],
  peer: readonly number[],
  higherIsBetter: boolean,
): FoldComparison {
  const folds = ours.length;
  if (folds < 2 || peer.length !== folds) throw new Error(`${folds} and ${peer.length} folds do not compare`);
  const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;
  const gaps = ours.map((value, i) => value - (peer[i] as number));
  const difference = mean(gaps);
  const variance = gaps.reduce((total, gap) => total + (gap - difference) ** 2, 0) / (folds - 1);
  const standardError = Math.sqrt(variance / folds);
  const isWithin = Math.abs(difference) <= 2 * standardError;
  const verdict = isWithin ? 'within' : difference > 0 === higherIsBetter ? 'better' : 'worse';
  return { ours: mean(ours), peer: mean(peer), difference, standardError, folds, verdict };
}

/** A log loss below it is as good as none: a relative difference of two of them says nothing. */
const smallestLoss = 0.01;

/** The difference as a share of the peer's score. */
export function relativeDifference(
  { peer, difference }: Pick<FoldComparison, 'peer' | 'difference'>,
  unit: Score['unit'],
): number {
  return difference / (unit === 'logloss' ? Math.max(peer, smallestLoss) : peer);
}
