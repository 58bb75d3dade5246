import { defineMetric, meanOfLosses } from '../metric.ts';

export const mae = defineMetric({
  id: 'mae',
  label: 'MAE',
  tasks: ['regression', 'forecast'],
  needs: 'values',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  description: "Mean absolute error, in the target's unit.",
  prepare: (target, predictions) => meanOfLosses(target.map((t, i) => Math.abs(t - (predictions[i] as number)))),
});
