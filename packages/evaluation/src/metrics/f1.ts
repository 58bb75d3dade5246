import { f1Of, fromConfusion } from '../confusion-scores.ts';
import { defineMetric } from '../metric.ts';

export const f1 = defineMetric({
  id: 'f1',
  label: 'F1',
  tasks: ['binary'],
  needs: 'labels',
  higherIsBetter: true,
  range: [0, 1],
  description: 'Harmonic mean of precision and recall of the positive class.',
  prepare: (target, predictions, { classes, positive }) =>
    fromConfusion(target, predictions, classes, (totals) => f1Of(totals, positive)),
});
