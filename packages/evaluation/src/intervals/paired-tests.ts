import { logGamma, studentQuantile, studentTwoSided } from './distributions.ts';

export interface McNemarResult {
  /** rows that only a, or only b, labels right */
  onlyA: number;
  onlyB: number;
  /** accuracy of a minus accuracy of b */
  difference: number;
  pValue: number;
}

/** Exact McNemar test of two sets of labels on the same rows: a binomial test on the rows where just one is right. */
export function mcnemarExact(
  target: ArrayLike<number>,
  labelsA: ArrayLike<number>,
  labelsB: ArrayLike<number>,
): McNemarResult {
  let onlyA = 0;
  let onlyB = 0;
  for (let i = 0; i < target.length; i++) {
    const a = labelsA[i] === target[i];
    const b = labelsB[i] === target[i];
    if (a && !b) onlyA++;
    if (b && !a) onlyB++;
  }
  const difference = target.length > 0 ? (onlyA - onlyB) / target.length : Number.NaN;
  return { onlyA, onlyB, difference, pValue: signTest(Math.min(onlyA, onlyB), onlyA + onlyB) };
}

/** P(at most `fewer` or at least `of - fewer` of `of` fair coins). */
function signTest(fewer: number, of: number): number {
  if (of === 0) return 1;
  let sum = 0;
  for (let k = 0; k <= fewer; k++) {
    sum += Math.exp(logGamma(of + 1) - logGamma(k + 1) - logGamma(of - k + 1) - of * Math.LN2);
  }
  return Math.min(1, 2 * sum);
}

export interface FoldComparison {
  /** mean of a minus b over the folds */
  difference: number;
  t: number;
  degreesOfFreedom: number;
  pValue: number;
  low: number;
  high: number;
}

/**
 * Corrected resampled t test of two models on the same folds (Nadeau and Bengio 2003): folds share training rows, so
 * the variance is enlarged by testRows / trainRows. NaN with fewer than two folds.
 */
export function correctedResampledT(
  foldScoresA: ArrayLike<number>,
  foldScoresB: ArrayLike<number>,
  rows: { trainRows: number; testRows: number },
  level = 0.95,
): FoldComparison {
  const folds = foldScoresA.length;
  const gaps = Array.from({ length: folds }, (_, j) => (foldScoresA[j] as number) - (foldScoresB[j] as number));
  const difference = gaps.reduce((sum, gap) => sum + gap, 0) / folds;
  const degreesOfFreedom = folds - 1;
  const variance = gaps.reduce((sum, gap) => sum + (gap - difference) ** 2, 0) / degreesOfFreedom;
  const se = Math.sqrt((1 / folds + rows.testRows / rows.trainRows) * variance);
  if (folds < 2 || Number.isNaN(se)) {
    const nan = Number.NaN;
    return { difference, t: nan, degreesOfFreedom, pValue: nan, low: nan, high: nan };
  }
  const t = se > 0 ? difference / se : difference === 0 ? 0 : Math.sign(difference) * Number.POSITIVE_INFINITY;
  const reach = studentQuantile(level, degreesOfFreedom) * se;
  return {
    difference,
    t,
    degreesOfFreedom,
    pValue: studentTwoSided(t, degreesOfFreedom),
    low: difference - reach,
    high: difference + reach,
  };
}
