import { fromConfusion } from '../confusion-scores.ts';
import { defineMetric } from '../metric.ts';

/** Gorodkin's R_K, which for two classes is Matthews' coefficient; 0 when either side is constant, as in scikit-learn. */
export const mcc = defineMetric({
  id: 'mcc',
  label: 'Matthews correlation',
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  higherIsBetter: true,
  range: [-1, 1],
  description: 'Correlation between predicted and actual labels; 0 is guessing, whatever the class sizes.',
  prepare: (target, predictions, { classes }) =>
    fromConfusion(target, predictions, classes, ({ actual, predicted, right, total }) => {
      if (total === 0) return Number.NaN;
      let covered = 0;
      let cross = 0;
      let actualSquares = 0;
      let predictedSquares = 0;
      for (let k = 0; k < classes; k++) {
        const a = actual[k] as number;
        const p = predicted[k] as number;
        covered += right[k] as number;
        cross += a * p;
        actualSquares += a * a;
        predictedSquares += p * p;
      }
      const scale = (total * total - predictedSquares) * (total * total - actualSquares);
      return scale > 0 ? (covered * total - cross) / Math.sqrt(scale) : 0;
    }),
});
