import { defineMetric } from '../metric.ts';

export const r2 = defineMetric({
  id: 'r2',
  label: 'R²',
  tasks: ['regression', 'forecast'],
  needs: 'values',
  higherIsBetter: true,
  range: [Number.NEGATIVE_INFINITY, 1],
  description: 'Share of the variance of the target that is explained; 0 is as good as always predicting the mean.',
  /** not defined (NaN) for a constant target, which has no variance to explain */
  prepare: (target, predictions) => (weights) => {
    let total = 0;
    let sum = 0;
    for (let i = 0; i < target.length; i++) {
      const w = weights === null ? 1 : (weights[i] as number);
      total += w;
      sum += w * (target[i] as number);
    }
    const mean = sum / total;
    let spread = 0;
    let error = 0;
    for (let i = 0; i < target.length; i++) {
      const w = weights === null ? 1 : (weights[i] as number);
      spread += w * ((target[i] as number) - mean) ** 2;
      error += w * ((target[i] as number) - (predictions[i] as number)) ** 2;
    }
    return spread > 0 ? 1 - error / spread : Number.NaN;
  },
});
