import { defineMetric } from '../metric.ts';
import { averagePrecision, overClasses } from '../ranking-scores.ts';

export const pr_auc = defineMetric({
  id: 'pr_auc',
  label: 'PR AUC',
  tasks: ['binary', 'multiclass'],
  needs: 'probabilities',
  higherIsBetter: true,
  range: [0, 1],
  description:
    'Average precision over all thresholds: how pure the top of the ranking is. Suits a rare positive class.',
  prepare: (target, predictions, shape) => overClasses(target, predictions, shape, averagePrecision),
});
