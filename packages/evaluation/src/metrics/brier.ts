import { defineMetric, meanOfLosses } from '../metric.ts';

export const brier = defineMetric({
  id: 'brier',
  label: 'Brier score',
  tasks: ['binary', 'multiclass'],
  needs: 'probabilities',
  higherIsBetter: false,
  range: [0, 2],
  description:
    'Mean squared distance between the probabilities and what happened; binary: of the positive class, else summed over the classes.',
  prepare(target, predictions, { classes, positive }) {
    const losses = new Float64Array(target.length);
    for (let i = 0; i < losses.length; i++) {
      let sum = 0;
      for (let k = 0; k < classes; k++) {
        if (classes === 2 && k !== positive) continue;
        const gap = (predictions[i * classes + k] as number) - (target[i] === k ? 1 : 0);
        sum += gap * gap;
      }
      losses[i] = sum;
    }
    return meanOfLosses(losses);
  },
});
