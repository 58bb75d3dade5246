import type { Metric } from '@laurel/evaluation';

export const defaultThreshold = 0.5;
/** Probabilities are counted in bins of a thousandth: all thresholds that are tried are edges of bins. */
const bins = 1000;
const coarseStep = 20;
const fineSteps = 19;

export interface BinaryRows {
  /** class index per row */
  target: Float64Array;
  /** rows x 2, row-major */
  probabilities: ArrayLike<number>;
  /** index of the positive class */
  positive: number;
  weights?: Float64Array | undefined;
}

/**
 * The threshold at which a metric of labels is best: 51 from 0.5 outwards, then 19 finer ones on either side of the
 * best (as AutoGluon does). Ties go to the one nearer to 0.5. `score` is the one at that threshold, on these very rows.
 */
export function bestThreshold(metric: Metric, rows: BinaryRows): { threshold: number; score: number } {
  const scoreAt = scorer(metric, rows);
  const middle = bins / 2;
  const coarse = [middle];
  for (let step = coarseStep; step <= middle; step += coarseStep) coarse.push(middle - step, middle + step);
  let best = { at: middle, score: scoreAt(middle) };
  const look = (at: number) => {
    if (at < 0 || at > bins) return;
    const score = scoreAt(at);
    const isBetter = Number.isNaN(best.score) || (metric.higherIsBetter ? score > best.score : score < best.score);
    const isNearer = score === best.score && Math.abs(at - middle) < Math.abs(best.at - middle);
    if (isBetter || isNearer) best = { at, score };
  };
  for (const at of coarse) look(at);
  const centre = best.at;
  for (let step = 1; step <= fineSteps; step++) {
    look(centre - step);
    look(centre + step);
  }
  return { threshold: best.at / bins, score: best.score };
}

/** Score at the lower edge of each bin. The metric sees four rows, one per cell of the confusion matrix, as weights. */
function scorer(metric: Metric, { target, probabilities, positive, weights }: BinaryRows): (bin: number) => number {
  const from = { positive: new Float64Array(bins + 2), negative: new Float64Array(bins + 2) };
  for (let row = 0; row < target.length; row++) {
    const bin = Math.min(bins, Math.max(0, Math.floor(probabilities[row * 2 + positive]! * bins + 1e-9)));
    const side = target[row] === positive ? from.positive : from.negative;
    side[bin]! += weights ? weights[row]! : 1;
  }
  for (const side of [from.positive, from.negative]) for (let b = bins; b >= 0; b--) side[b]! += side[b + 1]!;
  const negative = 1 - positive;
  const cells = Float64Array.of(positive, negative, positive, negative);
  const hard = new Float64Array(8);
  [positive, positive, negative, negative].forEach((label, row) => {
    hard[row * 2 + label] = 1;
  });
  const score = metric.prepare(cells, hard, { classes: 2, positive });
  return (bin) => {
    const [tp, fp] = [from.positive[bin]!, from.negative[bin]!];
    return score(Float64Array.of(tp, fp, from.positive[0]! - tp, from.negative[0]! - fp));
  };
}

/** Labels at a threshold as probabilities 0 and 1, rows x 2, so that metrics of labels follow the threshold. */
export function atThreshold(probabilities: ArrayLike<number>, positive: number, threshold: number): Float64Array {
  const hard = new Float64Array(probabilities.length);
  for (let at = 0; at < hard.length; at += 2) {
    const label = probabilities[at + positive]! >= threshold ? positive : 1 - positive;
    hard[at + label] = 1;
  }
  return hard;
}
