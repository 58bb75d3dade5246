import { defineMetric, meanOfLosses } from '../metric.ts';

export const mape = defineMetric({
  id: 'mape',
  label: 'MAPE',
  tasks: ['regression', 'forecast'],
  needs: 'values',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  description: 'Mean absolute error relative to the actual value (0.1 is 10 %). Not useful when the target can be 0.',
  prepare: (target, predictions) =>
    meanOfLosses(
      target.map((t, i) => Math.abs(t - (predictions[i] as number)) / Math.max(Math.abs(t), Number.EPSILON)),
    ),
});
