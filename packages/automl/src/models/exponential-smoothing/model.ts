import { rowsBySeries } from '../../tasks/forecast/family.ts';
import { contextLength } from '../../tasks/forecast/history.ts';
import { choiceOf } from '../config.ts';
import { everyRow } from '../rows.ts';
import { tensorOf } from '../states.ts';
import type { Family, FitInput, FittedModel, SeriesHistory } from '../types.ts';
import { exponentialSmoothingInfo } from './info.ts';
import { nelderMead } from './nelder-mead.ts';
import { passesFor, type Shape, shapeFor, smooth, smoothingLoss, type Weights } from './smoothing.ts';

/** Evaluations of the loss per series. */
const evaluations = 150;
const perSeries = 4;
const usual: Weights = { level: 0.3, trend: 0.1, season: 0.1, damping: 0.95 };

/**
 * Exponential smoothing, one set of weights per series, found by the squared error up to the horizon on the newest part
 * of it. Seasons and trend are carried on from the start of the history that is at hand.
 */
export const family: Family = {
  async fit(input) {
    const { history } = input;
    if (!history) throw new Error('Exponential smoothing needs the history of its series.');
    const asked = shapeOf(input, history);
    const weights = new Float64Array(history.values.length * perSeries);
    let truncated = false;
    for (const [s, own] of history.values.entries()) {
      input.signal?.throwIfAborted();
      if (input.now() >= input.deadlineMs) truncated = true;
      const values = own.subarray(Math.max(0, own.length - contextLength(history.seasons)));
      weights.set(
        truncated ? packed(usual) : packed(bestWeights(values, shapeFor(values, asked), history.horizon)),
        s * perSeries,
      );
    }
    return createModel(asked, weights, truncated);
  },
  async restore(state) {
    return createModel(state.header as Shape, tensorOf(state, 'weights', Float64Array), false);
  },
};

function shapeOf({ config }: FitInput, { seasons }: SeriesHistory): Shape {
  const { space } = exponentialSmoothingInfo;
  const cycle = choiceOf(config, space, 'cycle') === 'other' ? (seasons[1] ?? seasons[0]) : seasons[0];
  return {
    trend: choiceOf(config, space, 'trend') as Shape['trend'],
    season: choiceOf(config, space, 'season') as Shape['season'],
    cycle: cycle ?? 1,
  };
}

function bestWeights(values: Float64Array, shape: Shape, horizon: number): Weights {
  if (values.length < 4) return usual;
  const start = Float64Array.of(logit(usual.level), logit(usual.trend), logit(usual.season), 0);
  const point = nelderMead(
    (candidate) => smoothingLoss(values, shape, unpackPoint(candidate), horizon),
    start,
    1,
    evaluations,
  );
  return unpackPoint(point);
}

/** Any numbers as weights between 0 and 1, and a damping between 0.8 and 0.99. */
function unpackPoint(point: Float64Array): Weights {
  const share = (x: number) => 0.0001 + 0.9998 / (1 + Math.exp(-x));
  return {
    level: share(point[0]!),
    trend: share(point[1]!),
    season: share(point[2]!),
    damping: 0.8 + 0.19 * share(point[3]!),
  };
}

function logit(share: number): number {
  return Math.log(share / (1 - share));
}

function packed({ level, trend, season, damping }: Weights): number[] {
  return [level, trend, season, damping];
}

function createModel(asked: Shape, weights: Float64Array, truncated: boolean): FittedModel {
  return {
    predict(features, rows = everyRow(features), history) {
      if (!history) throw new Error('A forecast needs the history of its series.');
      const out = new Float64Array(rows.length);
      for (const [s, own] of rowsBySeries(features, rows, history).entries()) {
        if (own.length === 0) continue;
        const values = history.values[s]!;
        const [level, trend, season, damping] = weights.subarray(s * perSeries, (s + 1) * perSeries);
        const used = { level: level!, trend: trend!, season: season!, damping: damping! };
        let next = 0;
        for (const { shape, origins } of passesFor(values, [...new Set(own.map(({ at }) => at))], asked)) {
          const seen = values.subarray(0, origins.at(-1)! + 1);
          let low = Number.POSITIVE_INFINITY;
          let high = Number.NEGATIVE_INFINITY;
          smooth(seen, shape, used, (at, forecast) => {
            low = Math.min(low, seen[at]!);
            high = Math.max(high, seen[at]!);
            for (; next < own.length && own[next]!.at === at; next++) {
              out[own[next]!.out] = within(forecast(own[next]!.step), seen[at]!, low, high);
            }
          });
        }
      }
      return out;
    },
    curve: [],
    iterations: 1,
    truncated,
    state: () => ({ header: { ...asked }, tensors: { weights } }),
    dispose: () => {},
  };
}

/** No further from what was seen than its whole range: a trend or product that runs away is cut. */
function within(value: number, last: number, low: number, high: number): number {
  if (!Number.isFinite(value)) return last;
  const range = high - low;
  return Math.min(high + range, Math.max(low - range, value));
}
