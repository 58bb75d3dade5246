import { defineMetric, meanOfLosses } from '../metric.ts';

export const rmsle = defineMetric({
  id: 'rmsle',
  label: 'RMSLE',
  tasks: ['regression'],
  needs: 'values',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  description:
    'Error on the logarithm of 1 + value, so that relative errors count. Needs a target that is never negative.',
  /** NaN for a negative target; a negative prediction counts as 0, the nearest value that can occur */
  prepare(target, predictions) {
    if (target.some((t) => t < 0)) return () => Number.NaN;
    return meanOfLosses(
      target.map((t, i) => (Math.log1p(t) - Math.log1p(Math.max(predictions[i] as number, 0))) ** 2),
      Math.sqrt,
    );
  },
});
