import { defineMetric } from '../metric.ts';
import { argsort } from '../sort.ts';

export const medae = defineMetric({
  id: 'medae',
  label: 'Median absolute error',
  tasks: ['regression', 'forecast'],
  needs: 'values',
  higherIsBetter: false,
  range: [0, Number.POSITIVE_INFINITY],
  description: "The error that half of the rows stay below, in the target's unit; outliers do not move it.",
  prepare(target, predictions) {
    const errors = target.map((t, i) => Math.abs(t - (predictions[i] as number)));
    const order = argsort(errors);
    return (weights) => weightedMedian(errors, order, weights);
  },
});

/** Median of `values` in ascending `order`; the mean of the two in the middle when the weight splits evenly between them. */
function weightedMedian(values: Float64Array, order: Int32Array, weights: Float64Array | null): number {
  let total = 0;
  for (let i = 0; i < order.length; i++) total += weights === null ? 1 : (weights[i] as number);
  if (total <= 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < order.length; i++) {
    sum += weights === null ? 1 : (weights[order[i] as number] as number);
    const here = values[order[i] as number] as number;
    if (sum * 2 > total) return here;
    if (sum * 2 === total) {
      let next = i + 1;
      while (weights !== null && weights[order[next] as number] === 0) next++;
      return (here + (values[order[next] as number] as number)) / 2;
    }
  }
  return values[order[order.length - 1] as number] as number;
}
