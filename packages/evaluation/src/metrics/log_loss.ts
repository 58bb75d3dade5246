import { defineMetric, meanOfLosses } from '../metric.ts';

/** Probabilities are kept this far from 0, so that one confident mistake costs much but not everything. */
const smallest = 1e-15;

export const log_loss = defineMetric({
  id: 'log_loss',
  label: 'Log loss',
  tasks: ['binary', 'multiclass'],
  needs: 'probabilities',
  higherIsBetter: false,
  range: [0, -Math.log(smallest)],
  description: 'How surprised the probabilities are by what happened; confident mistakes cost most.',
  prepare(target, predictions, { classes }) {
    const losses = new Float64Array(target.length);
    for (let i = 0; i < losses.length; i++) {
      const p = predictions[i * classes + (target[i] as number)] as number;
      losses[i] = -Math.log(Math.min(Math.max(p, smallest), 1));
    }
    return meanOfLosses(losses);
  },
});
