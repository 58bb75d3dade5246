import { defineMetric, meanOfLosses } from '../metric.ts';

/** In the form of the M4 competition: 200 |y - f| / (|y| + |f|); 0 where both are 0. */
export const smape = defineMetric({
  id: 'smape',
  label: 'sMAPE',
  tasks: ['forecast'],
  needs: 'values',
  higherIsBetter: false,
  range: [0, 200],
  description: 'Mean absolute error in per cent of the mean of forecast and truth; 200 is the worst.',
  prepare: (target, predictions) =>
    meanOfLosses(
      target.map((t, i) => {
        const forecast = predictions[i] as number;
        const size = Math.abs(t) + Math.abs(forecast);
        return size > 0 ? (200 * Math.abs(t - forecast)) / size : 0;
      }),
    ),
});
