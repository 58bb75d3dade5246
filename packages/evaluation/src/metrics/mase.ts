import { defineMetric, meanOfLosses } from '../metric.ts';

/** Hyndman and Koehler (2006). With several series their errors are pooled, those of the scale too. */
export const mase = defineMetric({
  id: 'mase',
  label: 'MASE',
  tasks: ['forecast'],
  needs: 'values',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  description:
    'Mean absolute error divided by that of repeating the last season within the training part; below 1 is better than that.',
  prepare: (target, predictions, { scale }) =>
    meanOfLosses(
      target.map((t, i) => Math.abs(t - (predictions[i] as number))),
      (mean) => mean / scale,
    ),
});
