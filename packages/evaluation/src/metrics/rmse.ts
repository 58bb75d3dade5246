import { defineMetric, meanOfLosses } from '../metric.ts';

export const rmse = defineMetric({
  id: 'rmse',
  label: 'RMSE',
  tasks: ['regression', 'forecast'],
  needs: 'values',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  description: "Root of the mean squared error, in the target's unit; large errors count most.",
  prepare: (target, predictions) =>
    meanOfLosses(
      target.map((t, i) => (t - (predictions[i] as number)) ** 2),
      Math.sqrt,
    ),
});
