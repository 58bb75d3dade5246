import { describe, expect, it } from 'vitest';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom } from '../model/testing.ts';
import { boost } from './boost.ts';
import { below, drawTarget, normal, objectives } from './testing/cases.ts';
import { mixedRows, splitRows } from './testing/data.ts';
import { constantScores, pairsAt } from './testing/gradients.ts';
import type { BoostParameters, BoostRows, Objective } from './types.ts';

/** What an objective minimises, for one row at its scores. */
function lossOf(objective: Objective, y: number, scores: readonly number[]): number {
  const score = scores[0]!;
  switch (objective.kind) {
    case 'squared':
      return (score - y) ** 2 / 2;
    case 'absolute':
      return Math.abs(score - y);
    case 'huber': {
      const size = Math.abs(score - y);
      return size <= objective.delta ? size ** 2 / 2 : objective.delta * (size - objective.delta / 2);
    }
    case 'quantile':
      return y > score ? objective.level * (y - score) : (1 - objective.level) * (score - y);
    case 'poisson':
      return Math.exp(score) - y * score;
    case 'tweedie': {
      const { power } = objective;
      return Math.exp((2 - power) * score) / (2 - power) - (y * Math.exp((1 - power) * score)) / (1 - power);
    }
    case 'logistic':
      return Math.log1p(Math.exp(score)) - y * score;
    case 'softmax':
      return Math.log(scores.reduce((sum, one) => sum + Math.exp(one - scores[y]!), 0));
  }
}

/** Hessians that are not the second derivative of the loss, and what they are instead. */
function hessianOf(objective: Objective, second: number, score: number): number {
  if (objective.kind === 'absolute' || objective.kind === 'quantile' || objective.kind === 'huber') return 1;
  if (objective.kind === 'poisson') return second * Math.exp(0.7);
  if (objective.kind === 'softmax') return (second * objective.classes) / (objective.classes - 1);
  return Number.isFinite(score) ? second : Number.NaN;
}

const outputsOf = (objective: Objective) => (objective.kind === 'softmax' ? objective.classes : 1);

describe.each(objectives)('the gradients of %o', (objective) => {
  const rows = 200;
  const outputs = outputsOf(objective);
  const draw = drawFrom(1);
  const target = drawTarget(draw, objective, rows);
  const scores = Float64Array.from({ length: rows * outputs }, () => normal(draw));

  it('are the differences of its loss', () => {
    for (let k = 0; k < outputs; k++) {
      const { gradient, hessian } = pairsAt(objective, target, scores, null, k);
      for (let row = 0; row < rows; row++) {
        const own = Array.from(scores.subarray(row * outputs, (row + 1) * outputs));
        const at = (shift: number) =>
          lossOf(
            objective,
            target[row]!,
            own.map((s, i) => (i === k ? s + shift : s)),
          );
        const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
        expect(Math.abs(gradient[row]! - slope)).toBeLessThan(1e-5 * Math.max(1, Math.abs(slope)));
        const second = (at(1e-3) - 2 * at(0) + at(-1e-3)) / 1e-6;
        const expected = hessianOf(objective, second, own[k]!);
        expect(Math.abs(hessian[row]! - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
      }
    }
  });

  it('count a row as often as its weight says, and are summed up as they are stored', () => {
    const weights = Float32Array.from({ length: rows }, () => below(draw, 4) / 2);
    for (let k = 0; k < outputs; k++) {
      const plain = pairsAt(objective, target, scores, null, k);
      const pairs = pairsAt(objective, target, scores, weights, k);
      let [mass, rootMass, curvature] = [0, 0, 0];
      for (let row = 0; row < rows; row++) {
        expect(pairs.gradient[row]).toBeCloseTo(plain.gradient[row]! * weights[row]!, 5);
        expect(pairs.hessian[row]).toBeCloseTo(plain.hessian[row]! * weights[row]!, 5);
        mass += Math.abs(pairs.gradient[row]!);
        rootMass += Math.sqrt(Math.sqrt(Math.abs(pairs.gradient[row]!)));
        curvature += pairs.hessian[row]!;
      }
      expect(pairs.gradientMass).toBeCloseTo(mass, 9);
      expect(pairs.gradientRootMass).toBeCloseTo(rootMass, 9);
      expect(pairs.hessianMass).toBeCloseTo(curvature, 9);
    }
  });

  it('add up to nothing at the score it starts from', async () => {
    const train = { features: [{ kind: 'numeric' as const, values: target }], rows, target };
    const { model } = await boost({ train, objective, parameters: { rounds: 0 }, seed: 1 });
    expect(model.ensemble.trees).toBe(0);
    for (let k = 0; k < outputs; k++) {
      const { gradient } = pairsAt(objective, target, constantScores(rows, model.ensemble.base), null, k);
      const sum = gradient.reduce((total, one) => total + one, 0);
      // steps of one row where the loss has corners; huber starts from the mean
      if (objective.kind === 'huber') expect(model.ensemble.base[0]).toBeCloseTo(mean(target), 12);
      else expect(Math.abs(sum)).toBeLessThanOrEqual(['absolute', 'quantile'].includes(objective.kind) ? 1 : 1e-4);
    }
  });
});

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

describe('the gradients of logistic', () => {
  it('are the same bits two rows at a time as one by one, with scores of any size', () => {
    const draw = drawFrom(3);
    const edges = [0, -0, 1e-320, 708, -708, 709, -709, 745, -746, 1e308, -1e308, Infinity, -Infinity];
    for (const rows of [1, 2, 13, 2_001]) {
      const target = Float64Array.from({ length: rows }, () => below(draw, 2));
      const scores = Float64Array.from({ length: rows }, (_, i) =>
        i % 3 === 0 ? edges[below(draw, edges.length)]! : 20 * normal(draw),
      );
      const two = pairsAt({ kind: 'logistic' }, target, scores);
      const one = pairsAt({ kind: 'logistic' }, target, scores, new Float32Array(rows).fill(1));
      expect(two.gradient).toEqual(one.gradient);
      expect(two.hessian).toEqual(one.hessian);
      expect(two.gradientMass).toBeCloseTo(one.gradientMass, 9);
      expect(two.hessianMass).toBeCloseTo(one.hessianMass, 9);
    }
  });

  it('are not numbers where the scores are not', () => {
    const { gradient } = pairsAt({ kind: 'logistic' }, Float64Array.of(1, 1), Float64Array.of(NaN, 0));
    expect(gradient[0]).toBeNaN();
    expect(gradient[1]).toBe(-0.5);
  });
});

async function fitted(train: BoostRows, objective: Objective, parameters: Partial<BoostParameters>, test = train) {
  const { model } = await boost({ train, objective, parameters, seed: 1 });
  return { model, predictions: createPredictor(model).predict(test.features, test.rows) };
}

describe('what is learnt', () => {
  const one = { rounds: 1, learningRate: 1, minDataInLeaf: 1, maxLeaves: 2 };
  const sides = { kind: 'numeric' as const, values: Float64Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1) };
  const target = Float64Array.of(1, 2, 4, 8, 100, -1, -3, -5, -50);
  const rows = 9;

  it('in a leaf is the median or the quantile of its rows', async () => {
    const train = { features: [sides], rows, target };
    const median = await fitted(train, { kind: 'absolute' }, one);
    expect(Array.from(median.predictions)).toEqual([4, 4, 4, 4, 4, -4, -4, -4, -4]);
    const quarter = await fitted(train, { kind: 'quantile', level: 0.25 }, one);
    expect(quarter.predictions[0]).toBeCloseTo(2, 5);
    expect(quarter.predictions[8]).toBeCloseTo(-16.25, 5);
  });

  it('in a leaf is the weighted median where rows have weights', async () => {
    const weights = Float64Array.of(1, 1, 1, 9, 1, 1, 1, 1, 9);
    const { predictions } = await fitted({ features: [sides], rows, target, weights }, { kind: 'absolute' }, one);
    expect([predictions[0], predictions[8]]).toEqual([8, -50]);
  });

  it('by huber is hardly moved by outliers', async () => {
    const train = mixedRows(1, 3_000, { kind: 'squared' });
    const clean = train.target.slice();
    for (let row = 0; row < train.rows; row += 10) train.target[row]! += 300;
    const [huber, squared] = await Promise.all(
      ([{ kind: 'huber', delta: 1 }, { kind: 'squared' }] as const).map((objective) =>
        fitted(train, objective, { rounds: 300 }),
      ),
    );
    const error = (p: Float64Array) => mean(p.map((value, row) => Math.abs(value - clean[row]!)));
    expect(error(huber!.predictions)).toBeLessThan(error(squared!.predictions) / 5);
  });

  it.each([{ kind: 'poisson' }, { kind: 'tweedie', power: 1.3 }] as const)(
    'by %o is positive and right in the mean',
    async (objective) => {
      const all = mixedRows(2, 6_000, objective);
      const [train, test] = splitRows(all, 4_000);
      const { predictions } = await fitted(train, objective, { rounds: 40, maxLeaves: 8 }, test);
      expect(Math.min(...predictions)).toBeGreaterThan(0);
      expect(mean(predictions) / mean(test.target)).toBeGreaterThan(0.9);
      expect(mean(predictions) / mean(test.target)).toBeLessThan(1.1);
      const error = (p: ArrayLike<number>) =>
        mean(test.target.map((y, row) => lossOf(objective, y, [Math.log(p[row]!)])));
      expect(error(predictions)).toBeLessThan(error(new Float64Array(test.rows).fill(mean(train.target))));
    },
  );

  it.each([0.1, 0.5, 0.9])('by quantile lies above a share %d of new rows', async (level) => {
    const [train, test] = splitRows(mixedRows(3, 6_000, { kind: 'squared' }), 4_000);
    const { predictions } = await fitted(train, { kind: 'quantile', level }, { rounds: 60, maxLeaves: 8 }, test);
    const covered = mean(test.target.map((y, row) => (y <= predictions[row]! ? 1 : 0)));
    expect(Math.abs(covered - level)).toBeLessThan(0.04);
  });

  it('by softmax gives probabilities, whose means are the shares of the classes', async () => {
    const objective = { kind: 'softmax', classes: 4 } as const;
    const [train, test] = splitRows(mixedRows(4, 5_000, objective), 3_500);
    const { predictions } = await fitted(train, objective, { rounds: 40 }, test);
    let hits = 0;
    const shares = [0, 1, 2, 3].map((k) => mean(predictions.filter((_, i) => i % 4 === k)));
    for (let row = 0; row < test.rows; row++) {
      const own = predictions.slice(row * 4, row * 4 + 4);
      expect(own.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      if (own.indexOf(Math.max(...own)) === test.target[row]) hits++;
    }
    expect(hits / test.rows).toBeGreaterThan(0.6);
    shares.forEach((share, k) => {
      expect(Math.abs(share - mean(test.target.map((y) => (y === k ? 1 : 0))))).toBeLessThan(0.03);
    });
  });
});
