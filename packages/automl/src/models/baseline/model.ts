import type { Table } from '@laurel/tabular';
import { pick } from '../rows.ts';
import { tensorOf } from '../states.ts';
import type { Family, FitInput, FittedModel, ModelState } from '../types.ts';

/** The best constant answer: class shares, or of mean and median the one that the metric likes better on the training rows. */
export const family: Family = { fit, restore };

async function fit(input: FitInput): Promise<FittedModel> {
  input.signal?.throwIfAborted();
  const target = pick(input.train.target, input.train.rows);
  const weights = input.train.weights && pick(input.train.weights, input.train.rows);
  const answer =
    input.task === 'regression' ? bestValue(input, target, weights) : classShares(target, input.classes, weights);
  const model = createModel(answer);
  if (input.validation && input.validation.rows.length > 0) {
    const { features, rows } = input.validation;
    const score = input.metric.score(pick(input.validation.target, rows), model.predict(features, rows));
    if (Number.isFinite(score)) {
      model.curve.push([1, score]);
      input.onIteration?.(1, score);
    }
  }
  return model;
}

async function restore(state: ModelState): Promise<FittedModel> {
  return createModel(tensorOf(state, 'answer', Float64Array));
}

function createModel(answer: Float64Array): FittedModel {
  return {
    predict(features: Table, rows?: Int32Array) {
      const count = rows ? rows.length : features.rows;
      const out = new Float64Array(count * answer.length);
      for (let i = 0; i < count; i++) out.set(answer, i * answer.length);
      return out;
    },
    curve: [],
    iterations: 1,
    truncated: false,
    state: () => ({ header: {}, tensors: { answer } }),
    dispose: () => {},
  };
}

/** Shares with one imagined row spread over all classes, so that no class is impossible. */
function classShares(target: Float64Array, classes: number, weights?: Float64Array): Float64Array {
  const shares = new Float64Array(classes).fill(1 / classes);
  let total = 1;
  target.forEach((value, i) => {
    const weight = weights ? weights[i]! : 1;
    shares[value]! += weight;
    total += weight;
  });
  return shares.map((count) => count / total);
}

function bestValue(input: FitInput, target: Float64Array, weights?: Float64Array): Float64Array {
  if (target.length === 0) return Float64Array.of(0);
  if (weights) return Float64Array.of(weightedMean(target, weights));
  const sorted = target.slice().sort();
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : sorted[middle - 1]! / 2 + sorted[middle]! / 2;
  let mean = 0;
  for (const value of target) mean += value / target.length;
  const scoreOf = (value: number) => input.metric.score(target, new Float64Array(target.length).fill(value));
  const gap = (scoreOf(median) - scoreOf(mean)) * (input.metric.higherIsBetter ? 1 : -1);
  return Float64Array.of(gap > 0 && Number.isFinite(median) ? median : mean);
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return total > 0 ? sum / total : 0;
}
