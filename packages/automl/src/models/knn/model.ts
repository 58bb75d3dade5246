import { predictsValues } from '@laurel/contracts';
import { createRandom, deriveSeed, type Table } from '@laurel/tabular';
import { type Design, type DesignEncoder, fitDesign, restoreDesign } from '../../features/design.ts';
import { type Expansion, fitExpansion, restoreExpansion } from '../../features/expand.ts';
import { targetOutputs } from '../../features/outputs.ts';
import { choiceOf, numberOf } from '../config.ts';
import { createWatch } from '../early-stopping.ts';
import { createPace } from '../pace.ts';
import { everyRow, pick } from '../rows.ts';
import { joinStates, partOf, tensorOf } from '../states.ts';
import type { Family, FitInput, FittedModel, ModelState } from '../types.ts';
import { knnInfo } from './info.ts';
import { createNearest, type Power } from './search.ts';

/** k nearest neighbours, exact, among a part of the rows where there are many. */
export const family: Family = { fit, restore };

/** So many rows are kept at most, and so many numbers: a prediction looks at a good part of them. */
const mostRows = 50_000;
const mostNumbers = 2_000_000;
/** A timing goes over so many queries; what a prediction may take, and the rows below which no more are dropped. */
const timedQueries = 16;
const mostMsPerRow = 0.7;
const leastRows = 500;
const leastRelevance = 0.1;
const timeShare = 0.7;

interface Settings {
  classes: number;
  neighbours: number;
  weighting: string;
  power: Power;
  /** weight of the shares of training, as of so many neighbours: nothing is impossible that was not seen nearby */
  prior: number;
}

interface Parts {
  expansion: Expansion;
  encoder: DesignEncoder;
  settings: Settings;
  /** of each column, by which distances in it count */
  factors: Float64Array;
  /** rows x width, times the factors, single precision */
  points: Float32Array;
  /** class index or value of each point */
  target: Float64Array;
  weights: Float64Array;
  /** shares of the classes, or the mean */
  base: Float64Array;
}

async function fit(input: FitInput): Promise<FittedModel> {
  input.signal?.throwIfAborted();
  const { task, classes, train, config } = input;
  const isValue = predictsValues(task);
  const width = isValue ? 1 : classes;
  const kept = drawRows(train.rows, mostRows, input.seed);
  const outputs = targetOutputs(task, classes, train.target, kept, train.blocks);
  const { expansion, training } = fitExpansion(train.features, kept, outputs, {
    cyclicDates: true,
    words: 50,
    levelLimit: 20,
    levelMinCount: 2,
    coded: input.features?.coded,
    seed: deriveSeed(input.seed, 'features'),
  });
  const sizes = expansion.categories.map((category) => category.size);
  const encoder = fitDesign(training, sizes, {
    kind: 'standard',
    skewLimit: choiceOf(config, knnInfo.space, 'scaling') === 'quantile' ? 0 : null,
    pieces: 0,
    signedPairs: false,
  });
  const design = encoder.encode(training);
  const settings: Settings = {
    classes: isValue ? 0 : classes,
    neighbours: numberOf(config, knnInfo.space, 'neighbours'),
    weighting: String(choiceOf(config, knnInfo.space, 'weighting')),
    power: choiceOf(config, knnInfo.space, 'power') as Power,
    prior: isValue ? 0 : 1,
  };
  const weights =
    kept.length === 0 || !train.weights ? new Float64Array(kept.length).fill(1) : pick(train.weights, kept);
  const factors = choiceOf(config, knnInfo.space, 'relevance') === true ? relevanceOf(design, outputs.values) : null;
  const size = encoder.width + encoder.hotWidth;
  const whole: Parts = {
    factors: factors ?? new Float64Array(size).fill(1),
    expansion,
    encoder,
    settings,
    points: pointsOf(design, factors),
    target: pick(train.target, kept),
    weights,
    base: baseOf(pick(train.target, kept), weights, width, isValue),
  };
  const { parts, rows, decided } = withinTime(input, whole);
  const pace = createPace(input);
  const curve = await score(input, parts, width, pace);
  const clock = { ...(decided ? { rows } : {}), ...pace.decided() };
  return createModel(parts, {
    curve,
    truncated: decided || pace.decided() !== undefined,
    ...(Object.keys(clock).length > 0 ? { decided: clock } : {}),
  });
}

/** Fewer points where the size of the model or the time of a prediction allow no more. */
function withinTime(input: FitInput, whole: Parts): { parts: Parts; rows: number; decided: boolean } {
  const { encoder } = whole;
  const size = Math.max(1, encoder.width + encoder.hotWidth);
  const all = whole.target.length;
  const limitBytes = input.modelLimitBytes ?? Number.POSITIVE_INFINITY;
  const rowsOfModel = Math.floor((limitBytes - 16 * size - 8 * whole.base.length) / (4 * size + 16));
  const byFormula = Math.max(1, Math.min(all, Math.floor(mostNumbers / size), rowsOfModel));
  const small = byFormula < all ? takePoints(whole, byFormula, input.seed) : whole;
  if (typeof input.decided?.rows === 'number' && input.decided.rows < byFormula) {
    return { parts: takePoints(small, input.decided.rows, input.seed), rows: input.decided.rows, decided: true };
  }
  if (!Number.isFinite(input.deadlineMs) || input.decided) return { parts: small, rows: byFormula, decided: false };
  const predict = predictor(small);
  const probes = Math.min(timedQueries, small.target.length);
  const before = input.now();
  predict(small.points.subarray(0, probes * size), probes);
  const msPerRow = (input.now() - before) / Math.max(1, probes);
  const leftMs = timeShare * (input.deadlineMs - input.now());
  const allowed = Math.min(mostMsPerRow, leftMs / Math.max(1, input.validation?.rows.length ?? 1));
  if (msPerRow <= allowed) return { parts: small, rows: byFormula, decided: false };
  const rows = Math.max(Math.min(leastRows, byFormula), Math.floor((byFormula * Math.max(0, allowed)) / msPerRow));
  if (rows >= byFormula) return { parts: small, rows: byFormula, decided: false };
  return { parts: takePoints(small, rows, input.seed), rows, decided: true };
}

/** The validation score: the one point of the curve. Without one where the time is over. */
async function score(
  input: FitInput,
  parts: Parts,
  width: number,
  pace: ReturnType<typeof createPace>,
): Promise<[number, number][]> {
  const { validation, task, classes, metric, onIteration } = input;
  if (!validation) {
    pace.isOver();
    return [];
  }
  const { expansion, encoder } = parts;
  const queries = pointsOf(encoder.encode(expansion.transform(validation.features, validation.rows)), parts.factors);
  const size = encoder.width + encoder.hotWidth;
  const predict = predictor(parts);
  const predictions = new Float64Array(validation.rows.length * width);
  const block = 64;
  for (let from = 0; from < validation.rows.length; from += block) {
    if (pace.isOver()) return [];
    const count = Math.min(block, validation.rows.length - from);
    predictions.set(predict(queries.subarray(from * size, (from + count) * size), count), from * width);
    await pace.breathe();
  }
  const target = pick(validation.target, validation.rows);
  const watch = createWatch({ task, classes, target, metric, patience: () => 1, onIteration });
  watch.see(1, predictions);
  return watch.curve;
}

function createModel(parts: Parts, fitted: Pick<FittedModel, 'curve' | 'truncated' | 'decided'>): FittedModel {
  const { expansion, encoder, settings, factors, points, target, weights, base } = parts;
  let predict: ReturnType<typeof predictor> | null = null;
  return {
    predict(table: Table, rows = everyRow(table)) {
      predict ??= predictor(parts);
      return predict(pointsOf(encoder.encode(expansion.transform(table, rows)), factors), rows.length);
    },
    curve: fitted.curve,
    iterations: 1,
    truncated: fitted.truncated,
    ...(fitted.decided ? { decided: fitted.decided } : {}),
    state: () =>
      joinStates({
        features: expansion.state(),
        design: encoder.state(),
        neighbours: { header: settings, tensors: { factors, points, target, weights, base } },
      }),
    dispose() {
      predict = null;
    },
  };
}

async function restore(state: ModelState): Promise<FittedModel> {
  const own = partOf(state, 'neighbours');
  const parts: Parts = {
    expansion: restoreExpansion(partOf(state, 'features')),
    encoder: restoreDesign(partOf(state, 'design')),
    settings: own.header as Settings,
    factors: tensorOf(own, 'factors', Float64Array),
    points: tensorOf(own, 'points', Float32Array),
    target: tensorOf(own, 'target', Float64Array),
    weights: tensorOf(own, 'weights', Float64Array),
    base: tensorOf(own, 'base', Float64Array),
  };
  return createModel(parts, { curve: [], truncated: false });
}

/** Queries (rows x width) -> probabilities or values. */
function predictor({ encoder, settings, points, target, weights, base }: Parts) {
  const width = encoder.width + encoder.hotWidth;
  const nearest = createNearest({ rows: target.length, width, values: points }, settings.power);
  const { classes, neighbours, weighting, prior, power } = settings;
  return (queries: Float32Array, rows: number): Float64Array => {
    const outputs = Math.max(1, classes);
    const out = new Float64Array(rows * outputs);
    for (let i = 0; i < rows; i++) {
      const { indexes, sums, found } = nearest.find(queries, i * width, neighbours);
      const distances = sums.map((sum) => (power === 2 ? Math.sqrt(sum) : power === 1 ? sum : Math.cbrt(sum) ** 2));
      // as far as the neighbours are on average counts 1; a row that is the query itself counts ten times that, at most
      const scale = distances.reduce((sum, distance) => sum + distance, 0) / Math.max(1, found);
      let total = prior;
      for (let k = 0; k < outputs; k++) out[i * outputs + k] = prior * base[k]!;
      for (let n = 0; n < found; n++) {
        const near = weighting === 'uniform' || !(scale > 0) ? 1 : scale / Math.max(distances[n]!, 0.1 * scale);
        const weight = near * weights[indexes[n]!]!;
        total += weight;
        const value = target[indexes[n]!]!;
        if (classes > 0) out[i * outputs + value]! += weight;
        else out[i]! += weight * value;
      }
      for (let k = 0; k < outputs; k++) {
        if (total > 0) out[i * outputs + k]! /= total;
        else out[i * outputs + k] = base[k]!;
      }
    }
    return out;
  };
}

function baseOf(target: Float64Array, weights: Float64Array, width: number, isValue: boolean): Float64Array {
  const base = new Float64Array(width).fill(isValue ? 0 : 0.5);
  let total = isValue ? 0 : 0.5 * width;
  for (const [i, value] of target.entries()) {
    base[isValue ? 0 : value]! += weights[i]! * (isValue ? value : 1);
    total += weights[i]!;
  }
  return base.map((sum) => sum / Math.max(1e-12, total));
}

/** Numbers and ones of a design; ones are smaller, so that two levels are as far apart as a number's deviation. */
function pointsOf(
  { rows, width, dense, hotColumns, hotWidth, hot }: Design,
  factors: Float64Array | null,
): Float32Array {
  const size = width + hotWidth;
  const points = new Float32Array(rows * size);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) points[i * size + j] = dense[i * width + j]!;
    for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) {
      if (hot[c]! >= 0) points[i * size + width + hot[c]!] = Math.SQRT1_2;
    }
    if (factors) for (let j = 0; j < size; j++) points[i * size + j]! *= factors[j]!;
  }
  return points;
}

/**
 * By how much each column counts: its correlation with the target (the largest over the classes), as a part of the
 * largest. None counts nothing, since a column may matter without being correlated.
 */
function relevanceOf(design: Design, outputs: readonly Float64Array[]): Float64Array {
  const size = design.width + design.hotWidth;
  const points = pointsOf(design, null);
  const found = new Float64Array(size);
  for (const output of outputs) {
    for (let j = 0; j < size; j++) found[j] = Math.max(found[j]!, Math.abs(correlation(points, size, j, output)));
  }
  const most = found.reduce((a, b) => Math.max(a, b), 1e-12);
  return found.map((value) => Math.max(leastRelevance, value / most));
}

function correlation(points: Float32Array, size: number, column: number, output: Float64Array): number {
  const rows = output.length;
  let [x, y, xx, yy, xy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < rows; i++) {
    const value = points[i * size + column]!;
    x += value;
    y += output[i]!;
    xx += value * value;
    yy += output[i]! * output[i]!;
    xy += value * output[i]!;
  }
  const variances = (xx - (x * x) / rows) * (yy - (y * y) / rows);
  return variances > 1e-12 ? (xy - (x * y) / rows) / Math.sqrt(variances) : 0;
}

function takePoints(parts: Parts, rows: number, seed: number): Parts {
  const width = parts.encoder.width + parts.encoder.hotWidth;
  const places = drawRows(Int32Array.from(parts.target.keys()), rows, deriveSeed(seed, 'points'));
  const points = new Float32Array(places.length * width);
  for (const [i, place] of places.entries()) {
    points.set(parts.points.subarray(place * width, (place + 1) * width), i * width);
  }
  return { ...parts, points, target: pick(parts.target, places), weights: pick(parts.weights, places) };
}

/** At most so many, drawn by a seed, ascending. */
function drawRows(rows: Int32Array, most: number, seed: number): Int32Array {
  if (rows.length <= most) return rows;
  return createRandom(deriveSeed(seed, 'neighbours')).shuffle(rows.slice()).slice(0, most).sort();
}
