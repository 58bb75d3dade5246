import { f1Of, fromConfusion, meanOverClasses } from '../confusion-scores.ts';
import { defineMetric } from '../metric.ts';

export const f1_macro = defineMetric({
  id: 'f1_macro',
  label: 'F1 (macro)',
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  higherIsBetter: true,
  range: [0, 1],
  description: 'F1 of each class, averaged over the classes that occur or are predicted.',
  prepare: (target, predictions, { classes }) =>
    fromConfusion(target, predictions, classes, (totals) => meanOverClasses(classes, (k) => f1Of(totals, k))),
});
