import { defineMetric, meanOfLosses } from '../metric.ts';
import { argmaxLabels } from '../predictions.ts';

export const accuracy = defineMetric({
  id: 'accuracy',
  label: 'Accuracy',
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  higherIsBetter: true,
  range: [0, 1],
  description: 'Share of rows whose most probable label is the right one.',
  prepare(target, predictions, { classes }) {
    const labels = argmaxLabels(predictions, classes);
    return meanOfLosses(Float64Array.from(labels, (label, i) => (label === target[i] ? 1 : 0)));
  },
});
