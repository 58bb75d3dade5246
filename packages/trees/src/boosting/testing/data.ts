import { createHash } from 'node:crypto';
import { encodeModel } from '../../model/encode.ts';
import { type Draw, drawFrom } from '../../model/testing.ts';
import type { FeatureInput, TreeModel } from '../../types.ts';
import type { BoostRows, Objective } from '../types.ts';
import { below, normal } from './cases.ts';

/**
 * Rows with something to learn and every kind of feature: three numbers (one with missing values), 12 and 3 levels, and
 * three columns that share one of the matrix.
 */
export function mixedRows(seed: number, rows: number, objective: Objective): BoostRows {
  const draw = drawFrom(seed);
  const features = mixedFeatures(draw, rows);
  const signal = signalOf(features, rows);
  const target = Float64Array.from({ length: rows }, (_, row) => targetOf(draw, objective, signal[row]!));
  return { features, rows, target };
}

export function mixedFeatures(draw: Draw, rows: number): FeatureInput[] {
  const numbers = [0, 0.15, 0].map(
    (missing): FeatureInput => ({
      kind: 'numeric',
      values: Float64Array.from({ length: rows }, () => (draw() < missing ? NaN : normal(draw))),
    }),
  );
  const codes = [12, 3].map(
    (levels): FeatureInput => ({
      kind: 'categorical',
      codes: Int32Array.from({ length: rows }, () => (draw() < 0.05 ? -1 : below(draw, levels))),
      levels,
    }),
  );
  const owner = Int32Array.from({ length: rows }, () => below(draw, 25));
  const exclusive = [0, 1, 2].map((column): FeatureInput => {
    const own = Int32Array.from(owner.keys()).filter((row) => owner[row] === column);
    return { kind: 'sparse', rows: own, values: Float64Array.from(own, () => 1 + below(draw, 4)) };
  });
  return [...numbers, ...codes, ...exclusive];
}

function signalOf(features: readonly FeatureInput[], rows: number): Float64Array {
  const signal = new Float64Array(rows);
  features.forEach((feature, index) => {
    if (feature.kind === 'numeric') {
      feature.values.forEach((value, row) => {
        signal[row]! += Number.isNaN(value) ? -0.7 : index === 0 ? value : Math.sin(2 * value);
      });
    } else if (feature.kind === 'categorical') {
      feature.codes.forEach((code, row) => {
        signal[row]! += ((code * 7) % 5) / 4 - 0.5;
      });
    } else {
      feature.rows.forEach((row, i) => {
        signal[row]! += feature.values[i]! / 3;
      });
    }
  });
  return signal;
}

function targetOf(draw: Draw, objective: Objective, signal: number): number {
  switch (objective.kind) {
    case 'logistic':
      return draw() < 1 / (1 + Math.exp(-signal)) ? 1 : 0;
    case 'softmax':
      return Math.max(
        0,
        Math.min(objective.classes - 1, Math.floor(signal + objective.classes / 2 + normal(draw) / 3)),
      );
    case 'poisson':
      return poisson(draw, Math.exp(signal / 2));
    case 'tweedie':
      return draw() < 0.4 ? 0 : Math.exp(signal / 2) * (0.5 + draw());
    default:
      return signal + 0.5 * normal(draw);
  }
}

function poisson(draw: Draw, mean: number): number {
  let product = draw();
  let count = 0;
  for (const least = Math.exp(-mean); product > least; count++) product *= draw();
  return count;
}

/** Some of the rows, in the order given; a row may come more than once. */
export function takeRows(data: BoostRows, rows: readonly number[]): BoostRows {
  const features = data.features.map((feature): FeatureInput => {
    if (feature.kind === 'numeric')
      return { kind: 'numeric', values: Float64Array.from(rows, (r) => feature.values[r]!) };
    if (feature.kind === 'categorical') {
      return { kind: 'categorical', codes: Int32Array.from(rows, (r) => feature.codes[r]!), levels: feature.levels };
    }
    const values = new Map(Array.from(feature.rows, (row, i) => [row, feature.values[i]!]));
    const kept = [...rows.keys()].filter((i) => values.has(rows[i]!));
    return {
      kind: 'sparse',
      rows: Int32Array.from(kept),
      values: Float64Array.from(kept, (i) => values.get(rows[i]!)!),
    };
  });
  const taken: BoostRows = { features, rows: rows.length, target: Float64Array.from(rows, (r) => data.target[r]!) };
  if (data.weights) taken.weights = Float64Array.from(rows, (r) => data.weights![r]!);
  return taken;
}

/** Splits off the last rows. */
export function splitRows(data: BoostRows, first: number): [BoostRows, BoostRows] {
  const all = Array.from({ length: data.rows }, (_, row) => row);
  return [takeRows(data, all.slice(0, first)), takeRows(data, all.slice(first))];
}

/** The trees without what is said about them. */
export function bytesOfTrees(model: TreeModel): Uint8Array {
  return encodeModel({ ...model, about: {} });
}

export function digest(bytes: Uint8Array | Float64Array): string {
  return createHash('sha256')
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest('hex');
}

/** Chance that a row of class 1 has the higher score; ties count half. */
export function areaUnderCurve(target: ArrayLike<number>, scores: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let ranks = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    for (let i = start; i < end; i++) {
      if (target[order[i]!] !== 1) continue;
      ranks += (start + end + 1) / 2;
      positives++;
    }
    start = end;
  }
  const negatives = order.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Mean log loss of the second of two probabilities a row. */
export function logLoss(target: ArrayLike<number>, predictions: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < target.length; row++) sum -= Math.log(predictions[2 * row + target[row]!]!);
  return sum / target.length;
}

export function meanSquaredError(target: ArrayLike<number>, predictions: ArrayLike<number>): number {
  let sum = 0;
  for (let row = 0; row < target.length; row++) sum += (predictions[row]! - target[row]!) ** 2;
  return sum / target.length;
}
