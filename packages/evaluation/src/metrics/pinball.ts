import { defineMetric, meanOfLosses } from '../metric.ts';

/** The median: the quantile that a model of plain values is judged at. */
const quantile = 0.5;

export const pinball = defineMetric({
  id: 'pinball',
  label: 'Pinball loss (median)',
  tasks: ['regression'],
  needs: 'values',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  description: 'Quantile loss at the median: half of the mean absolute error.',
  prepare: (target, predictions) =>
    meanOfLosses(
      target.map((t, i) => {
        const gap = t - (predictions[i] as number);
        return gap >= 0 ? quantile * gap : (quantile - 1) * gap;
      }),
    ),
});
