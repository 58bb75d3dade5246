import { fromConfusion, meanOverClasses } from '../confusion-scores.ts';
import { defineMetric } from '../metric.ts';

export const balanced_accuracy = defineMetric({
  id: 'balanced_accuracy',
  label: 'Balanced accuracy',
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  higherIsBetter: true,
  range: [0, 1],
  description:
    'Share of right labels within each class, averaged, so that rare classes count as much as frequent ones.',
  prepare: (target, predictions, { classes }) =>
    fromConfusion(target, predictions, classes, ({ actual, right }) =>
      meanOverClasses(classes, (k) => (right[k] as number) / (actual[k] as number)),
    ),
});
