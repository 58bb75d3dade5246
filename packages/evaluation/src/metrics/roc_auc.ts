import { defineMetric } from '../metric.ts';
import { overClasses, rocAuc } from '../ranking-scores.ts';

export const roc_auc = defineMetric({
  id: 'roc_auc',
  label: 'ROC AUC',
  tasks: ['binary', 'multiclass'],
  needs: 'probabilities',
  higherIsBetter: true,
  range: [0, 1],
  description:
    'How often a random positive row ranks above a random negative one; with more classes, the mean over one class against the rest.',
  prepare: (target, predictions, shape) => overClasses(target, predictions, shape, rocAuc),
});
