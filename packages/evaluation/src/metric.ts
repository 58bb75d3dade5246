import { allFinite } from './predictions.ts';

export type MetricTask = 'binary' | 'multiclass' | 'regression' | 'forecast';
export type Predictions = Float64Array | Float32Array;

export interface MetricShape {
  /** columns of the predictions: 2 for binary, K for multiclass, 1 for regression */
  classes: number;
  /** binary: column (and class index) of the positive class; 1 when not given */
  positive?: number | undefined;
  /** forecast: mean absolute error of the seasonal naive forecast within training, the unit of MASE; 1 when not given */
  scale?: number | undefined;
}
export interface MetricOptions extends MetricShape {
  /** one weight >= 0 per row; equal weights when not given */
  weights?: Float64Array | undefined;
}

/** Score under row weights (null: all ones). Everything that can be done once, such as sorting, has been done: O(rows). */
export type WeightedScore = (weights: Float64Array | null) => number;

export interface MetricDefinition {
  id: string;
  label: string;
  tasks: readonly MetricTask[];
  /** what of the predictions it looks at: probabilities, the most probable label, or values */
  needs: 'probabilities' | 'labels' | 'values';
  higherIsBetter: boolean;
  /** [lowest, highest] possible score */
  range: readonly [number, number];
  /** one plain sentence for people */
  description: string;
  /** target: class index or value per row; called with at least one row and finite numbers only */
  prepare(
    target: Float64Array,
    predictions: Predictions,
    shape: { classes: number; positive: number; scale: number },
  ): WeightedScore;
}

export interface Metric extends Omit<MetricDefinition, 'prepare'> {
  /**
   * The score of `predictions` (row-major, rows x classes, or rows x 1 for regression) against `target`.
   * NaN when it is not defined: no rows, a prediction or target that is not finite, or a class that the metric needs is absent.
   */
  compute(target: Float64Array, predictions: Predictions, options: MetricOptions): number;
  /** For many scores of the same rows under different weights (bootstrap): sorts once, then O(rows) each. */
  prepare(target: Float64Array, predictions: Predictions, shape: MetricShape): WeightedScore;
}

/** Adds to a metric's formula what all of them share: size checks, empty and non-finite input. */
export function defineMetric(definition: MetricDefinition): Metric {
  const prepare = (target: Float64Array, predictions: Predictions, shape: MetricShape): WeightedScore => {
    if (predictions.length !== target.length * shape.classes) {
      throw new RangeError(
        `${definition.id}: ${predictions.length} predictions do not fit ${target.length} rows x ${shape.classes} outputs`,
      );
    }
    if (target.length === 0 || !allFinite(target) || !allFinite(predictions)) return () => Number.NaN;
    const { classes, positive = 1, scale = 1 } = shape;
    return definition.prepare(target, predictions, { classes, positive, scale });
  };
  return {
    ...definition,
    prepare,
    compute: (target, predictions, options) => prepare(target, predictions, options)(options.weights ?? null),
  };
}

/** Score that is a weighted mean of one loss per row, optionally transformed (a root). */
export function meanOfLosses(
  losses: Float64Array,
  transform: (mean: number) => number = (mean) => mean,
): WeightedScore {
  return (weights) => {
    let sum = 0;
    let total = 0;
    if (weights === null) {
      for (let i = 0; i < losses.length; i++) sum += losses[i] as number;
      total = losses.length;
    } else {
      for (let i = 0; i < losses.length; i++) {
        const w = weights[i] as number;
        sum += w * (losses[i] as number);
        total += w;
      }
    }
    return total > 0 ? transform(sum / total) : Number.NaN;
  };
}
