import { type Column, isNumeric } from '../table.ts';
import { type CheckedTarget, foldCount } from './target.ts';

const maxBins = 256;
const missingBin = 0;

/** A feature as bins per checked row: 0 is missing, then quantile bins of a number or the levels of a category. */
export interface BinnedFeature {
  bins: Int32Array;
  count: number;
}

/** Bins know nothing of the target, so that they may be made over all folds. */
export function binFeature(column: Column, target: CheckedTarget): BinnedFeature {
  const { rows } = target;
  if (!isNumeric(column)) {
    return { bins: Int32Array.from(rows, (row) => column.codes[row]! + 1), count: column.levels.length + 1 };
  }
  const edges = quantileEdges(column.values, rows);
  const bins = Int32Array.from(rows, (row) => {
    const value = column.values[row]!;
    return Number.isNaN(value) ? missingBin : lowerBound(edges, value) + 1;
  });
  return { bins, count: edges.length + 2 };
}

/** The same with two bins: missing or not. Undefined when the column is never or always missing. */
export function binMissing(column: Column, target: CheckedTarget): BinnedFeature | undefined {
  const missing = isNumeric(column)
    ? (row: number) => Number.isNaN(column.values[row]!)
    : (row: number) => column.codes[row]! < 0;
  const bins = Int32Array.from(target.rows, (row) => (missing(row) ? 0 : 1));
  const present = bins.reduce((sum, bin) => sum + bin, 0);
  return present === 0 || present === bins.length ? undefined : { bins, count: 2 };
}

/** Upper edges between bins of at least 20 values each, from at most 10,000 rows. */
function quantileEdges(values: Float64Array, rows: Int32Array): Float64Array {
  const step = Math.max(1, Math.floor(rows.length / 10_000));
  const sample: number[] = [];
  for (let i = 0; i < rows.length; i += step) {
    const value = values[rows[i]!]!;
    if (!Number.isNaN(value)) sample.push(value);
  }
  const sorted = Float64Array.from(sample).sort();
  const bins = Math.max(1, Math.min(maxBins, Math.floor(sorted.length / 20)));
  const edges: number[] = [];
  for (let bin = 1; bin < bins; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / bins)]!;
    if (edges.at(-1) !== edge) edges.push(edge);
  }
  return Float64Array.from(edges);
}

/** How many edges are below or at the value. */
function lowerBound(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * How well one feature alone tells the target, by five folds: each fold is scored with the means of its bins in the other
 * four. Area under the ROC curve (one class against the rest, mean over classes), or R squared for regression.
 */
export function singleScore(feature: BinnedFeature, target: CheckedTarget): number {
  if (target.classes === 0) return rSquared(feature, target);
  if (target.classes === 2) return rocAuc(feature, target, 1);
  let sum = 0;
  for (let label = 0; label < target.classes; label++) sum += rocAuc(feature, target, label);
  return sum / target.classes;
}

function rocAuc(feature: BinnedFeature, target: CheckedTarget, positive: number): number {
  const { bins, count } = feature;
  const positives = new Float64Array(count * foldCount);
  const all = new Float64Array(count * foldCount);
  for (let i = 0; i < bins.length; i++) {
    const cell = bins[i]! * foldCount + target.folds[i]!;
    all[cell]!++;
    if (target.values[i] === positive) positives[cell]!++;
  }
  const prior = positives.reduce((sum, value) => sum + value, 0) / bins.length;
  let weighted = 0;
  let weight = 0;
  for (let fold = 0; fold < foldCount; fold++) {
    const scored = foldGroups(fold, count, positives, all, prior);
    const area = areaOfGroups(scored);
    if (area === undefined) continue;
    weighted += area * scored.rows;
    weight += scored.rows;
  }
  return weight === 0 ? 0.5 : weighted / weight;
}

interface Groups {
  score: Float64Array;
  positives: Float64Array;
  negatives: Float64Array;
  rows: number;
}

/** The rows of one fold by bin, each bin with the share of positives that it has in the other folds. */
function foldGroups(fold: number, count: number, positives: Float64Array, all: Float64Array, prior: number): Groups {
  const groups: Groups = {
    score: new Float64Array(count),
    positives: new Float64Array(count),
    negatives: new Float64Array(count),
    rows: 0,
  };
  for (let bin = 0; bin < count; bin++) {
    let hits = 0;
    let rows = 0;
    for (let other = 0; other < foldCount; other++) {
      if (other === fold) continue;
      hits += positives[bin * foldCount + other]!;
      rows += all[bin * foldCount + other]!;
    }
    const own = bin * foldCount + fold;
    groups.score[bin] = (hits + prior) / (rows + 1);
    groups.positives[bin] = positives[own]!;
    groups.negatives[bin] = all[own]! - positives[own]!;
    groups.rows += all[own]!;
  }
  return groups;
}

function areaOfGroups({ score, positives, negatives }: Groups): number | undefined {
  const order = Int32Array.from(score.keys()).filter((bin) => positives[bin]! + negatives[bin]! > 0);
  order.sort((a, b) => score[a]! - score[b]!);
  let negativesBelow = 0;
  let totalPositives = 0;
  let pairs = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let tiedPositives = 0;
    let tiedNegatives = 0;
    while (end < order.length && score[order[end]!] === score[order[start]!]) {
      tiedPositives += positives[order[end]!]!;
      tiedNegatives += negatives[order[end]!]!;
      end++;
    }
    pairs += tiedPositives * (negativesBelow + tiedNegatives / 2);
    negativesBelow += tiedNegatives;
    totalPositives += tiedPositives;
    start = end;
  }
  return totalPositives === 0 || negativesBelow === 0 ? undefined : pairs / (totalPositives * negativesBelow);
}

function rSquared(feature: BinnedFeature, target: CheckedTarget): number {
  const { bins, count } = feature;
  const { values, folds } = target;
  const sums = new Float64Array(count * foldCount);
  const rows = new Float64Array(count * foldCount);
  let total = 0;
  for (let i = 0; i < bins.length; i++) {
    const cell = bins[i]! * foldCount + folds[i]!;
    sums[cell]! += values[i]!;
    rows[cell]!++;
    total += values[i]!;
  }
  const mean = total / bins.length;
  const predicted = new Float64Array(count * foldCount);
  for (let bin = 0; bin < count; bin++) {
    for (let fold = 0; fold < foldCount; fold++) {
      let sum = mean;
      let weight = 1;
      for (let other = 0; other < foldCount; other++) {
        if (other === fold) continue;
        sum += sums[bin * foldCount + other]!;
        weight += rows[bin * foldCount + other]!;
      }
      predicted[bin * foldCount + fold] = sum / weight;
    }
  }
  let residual = 0;
  let spread = 0;
  for (let i = 0; i < bins.length; i++) {
    residual += (values[i]! - predicted[bins[i]! * foldCount + folds[i]!]!) ** 2;
    spread += (values[i]! - mean) ** 2;
  }
  return spread === 0 ? 0 : 1 - residual / spread;
}

/**
 * R squared of a straight line from a numeric feature to a numeric target, missing values taken as the mean: two
 * parameters cannot overfit, and with few rows a line is finer than bins of twenty rows.
 */
export function linearScore(values: Float64Array, target: CheckedTarget): number {
  const { rows } = target;
  let present = 0;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < rows.length; i++) {
    const x = values[rows[i]!]!;
    meanY += (target.values[i]! - meanY) / (i + 1);
    if (!Number.isNaN(x)) meanX += (x - meanX) / ++present;
  }
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let i = 0; i < rows.length; i++) {
    const x = values[rows[i]!]! - meanX;
    const y = target.values[i]! - meanY;
    yy += y * y;
    if (Number.isNaN(x)) continue;
    xx += x * x;
    xy += x * y;
  }
  return xx === 0 || yy === 0 ? 0 : (xy * xy) / (xx * yy);
}
