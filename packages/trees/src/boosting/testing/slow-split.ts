import { binsOf, rowOf } from '../../model/testing.ts';
import type { FeatureBinning, FeatureInput } from '../../types.ts';
import type { BoostParameters } from '../types.ts';
import type { Pairs } from './gradients.ts';

/** Everything that decides about a split, with bins row by row. */
export interface SlowData {
  bins: number[][];
  binning: readonly FeatureBinning[];
  pairs: Pairs;
  parameters: BoostParameters;
}

/** A leaf as the search sees it. */
export interface SlowNode {
  rows: number[];
  depth: number;
  output: number;
  parentOutput: number;
  lowest: number;
  highest: number;
  /** penalty of its value */
  l2: number;
}

export interface Sums {
  gradient: number;
  hessian: number;
}

export interface SlowSplit {
  feature: number;
  /** which rows of the node go left, in their order */
  left: boolean[];
  gain: number;
  /** how far the gain may be off in the kernel */
  error: number;
  penalty: number;
  outputs: [left: number, right: number];
}

export interface SlowSearch {
  splits: SlowSplit[];
  /** gain that a split must exceed */
  least: number;
  /** some comparison was so close that rounding may decide it */
  close: boolean;
}

export interface SearchOptions {
  /** relative error of the sums, of the gradient's and of the hessian's total over all rows */
  rounding: { gradient: number; hessian: number };
  /** every subset of the levels instead of LightGBM's search */
  allSubsets?: boolean;
}

export function slowData(
  features: readonly FeatureInput[],
  rows: number,
  binning: readonly FeatureBinning[],
  pairs: Pairs,
  parameters: BoostParameters,
): SlowData {
  const bins = Array.from({ length: rows }, (_, row) => binsOf(binning, rowOf(features, row)));
  return { bins, binning, pairs, parameters };
}

export function sumsOf({ gradient, hessian }: Pairs, rows: readonly number[]): Sums {
  const sums = { gradient: 0, hessian: 0 };
  for (const row of rows) {
    sums.gradient += gradient[row]!;
    sums.hessian += hessian[row]!;
  }
  return sums;
}

export function softThreshold(gradient: number, l1: number): number {
  return Math.sign(gradient) * Math.max(0, Math.abs(gradient) - l1);
}

/** Value of a leaf: Newton's step, limited, drawn to its parent's value, within its bounds. */
export function slowOutput(
  sums: Sums,
  penalty: number,
  rows: number,
  around: Pick<SlowNode, 'parentOutput' | 'lowest' | 'highest'>,
  { l1, maxDeltaStep, pathSmoothing }: BoostParameters,
): number {
  const curvature = sums.hessian + penalty;
  let output = curvature > 0 ? -softThreshold(sums.gradient, l1) / curvature : 0;
  if (maxDeltaStep > 0) output = Math.min(maxDeltaStep, Math.max(-maxDeltaStep, output));
  if (pathSmoothing > 0) {
    const own = rows / (rows + pathSmoothing);
    output = own * output + (1 - own) * around.parentOutput;
  }
  return Math.max(around.lowest, Math.min(around.highest, output));
}

/** How much a value lowers the loss, twice. */
export function gainOfOutput(sums: Sums, penalty: number, output: number, l1: number): number {
  return -2 * softThreshold(sums.gradient, l1) * output - (sums.hessian + penalty) * output * output;
}

/** Every split of a node that the parameters allow, one after the other. */
export function slowSearch(data: SlowData, node: SlowNode, options: SearchOptions): SlowSearch {
  const search = new Search(data, node, options);
  data.binning.forEach((binning, feature) => {
    if (binning.kind === 'numeric') search.thresholds(feature, binning.upper.length);
    else if (options.allSubsets) search.subsets(feature);
    else if (binning.bins <= data.parameters.maxCategoriesToOneHot) search.oneAgainstRest(feature);
    else search.sortedLevels(feature);
  });
  return { splits: search.splits, least: search.least, close: search.close };
}

class Search {
  readonly splits: SlowSplit[] = [];
  readonly least: number;
  close = false;
  readonly #data: SlowData;
  readonly #node: SlowNode;
  readonly #options: SearchOptions;
  readonly #total: Sums;
  readonly #all: Sums;
  readonly #density: number;
  readonly #floor: number;
  readonly #shift: number;
  readonly #even: boolean;

  constructor(data: SlowData, node: SlowNode, options: SearchOptions) {
    this.#data = data;
    this.#node = node;
    this.#options = options;
    const { parameters, pairs } = data;
    const total = sumsOf(pairs, node.rows);
    this.#total = total;
    this.#all = { gradient: 0, hessian: 0 };
    for (let row = 0; row < data.bins.length; row++) {
      this.#all.gradient += Math.abs(pairs.gradient[row]!);
      this.#all.hessian += pairs.hessian[row]!;
    }
    this.#even = pairs.hessian.every((hessian) => hessian === 1);
    this.#density = total.hessian > 0 ? node.rows.length / total.hessian : 0;
    this.#floor = Math.max((parameters.minDataInLeaf - 0.5) / this.#density, parameters.minHessian);
    const { l1, l2, maxDeltaStep, pathSmoothing, monotone } = parameters;
    const plain = total.hessian + l2 > 0 ? softThreshold(total.gradient, l1) ** 2 / (total.hessian + l2) : 0;
    this.#shift = maxDeltaStep > 0 || pathSmoothing > 0 || monotone ? gainOfOutput(total, l2, node.output, l1) : plain;
    this.least = Math.max(parameters.minGain, 1e-12 * Math.abs(this.#shift));
  }

  thresholds(feature: number, bins: number): void {
    const hasMissing = this.#node.rows.some((row) => this.#bin(row, feature) === 0);
    if (hasMissing && this.#data.parameters.monotone?.[feature])
      this.#try(feature, this.#data.parameters.l2, (bin) => bin === 0);
    for (let threshold = 1; threshold <= bins; threshold++) {
      this.#try(feature, this.#data.parameters.l2, (bin) => bin >= 1 && bin <= threshold);
      if (hasMissing) this.#try(feature, this.#data.parameters.l2, (bin) => bin <= threshold);
    }
  }

  oneAgainstRest(feature: number): void {
    for (const level of this.#levels(feature)) this.#try(feature, this.#data.parameters.l2, (bin) => bin === level);
  }

  subsets(feature: number): void {
    const levels = this.#levels(feature);
    for (let subset = 1; subset < 2 ** levels.length - 1; subset++) {
      const chosen = levels.filter((_, i) => (subset >> i) & 1);
      this.#try(feature, this.#data.parameters.l2, (bin) => chosen.includes(bin));
    }
  }

  sortedLevels(feature: number): void {
    const { l2, categoryL2, categorySmoothing, maxCategoriesPerSplit, minDataPerGroup } = this.#data.parameters;
    const kept = this.#levels(feature)
      .map((level) => {
        const sums = this.#sumsWhere(feature, (bin) => bin === level);
        return { level, sums, key: sums.gradient / (sums.hessian + categorySmoothing) };
      })
      .filter(({ sums }) => this.#atLeast(sums.hessian, (categorySmoothing - 0.5) / this.#density))
      .sort((a, b) => a.key - b.key || a.level - b.level);
    for (let i = 1; i < kept.length; i++) this.#noteKeys(kept[i - 1]!, kept[i]!);
    if (kept.length < 2) return;
    const limit = Math.min(maxCategoriesPerSplit, Math.ceil(kept.length / 2));
    const leastGroup = (minDataPerGroup - 0.5) / this.#density;
    for (const order of [kept, kept.toReversed()]) {
      let group = 0;
      let left = 0;
      for (let i = 0; i < limit; i++) {
        left += order[i]!.sums.hessian;
        group += order[i]!.sums.hessian;
        if (!this.#atLeast(left, this.#floor)) continue;
        const right = this.#total.hessian - left;
        if (!this.#atLeast(right, this.#floor) || !this.#atLeast(right, leastGroup)) break;
        if (!this.#atLeast(group, leastGroup)) continue;
        group = 0;
        const chosen = order.slice(0, i + 1).map(({ level }) => level);
        this.#try(feature, l2 + categoryL2, (bin) => chosen.includes(bin));
      }
    }
  }

  /** Levels that rows with weight are in, ascending. */
  #levels(feature: number): number[] {
    const present = this.#node.rows.filter((row) => this.#data.pairs.hessian[row]! > 0);
    return [...new Set(present.map((row) => this.#bin(row, feature)))].sort((a, b) => a - b);
  }

  #bin(row: number, feature: number): number {
    return this.#data.bins[row]![feature]!;
  }

  #sumsWhere(feature: number, isLeft: (bin: number) => boolean): Sums {
    return sumsOf(
      this.#data.pairs,
      this.#node.rows.filter((row) => isLeft(this.#bin(row, feature))),
    );
  }

  /** Equal sums sort alike in the kernel; nearly equal ones need not. */
  #noteKeys(a: { key: number; sums: Sums }, b: { key: number; sums: Sums }): void {
    const same = a.sums.gradient === b.sums.gradient && a.sums.hessian === b.sums.hessian;
    if (!same && b.key - a.key <= 1e-6 * (Math.abs(a.key) + Math.abs(b.key))) this.close = true;
  }

  /** Even hessians are whole numbers, which have no error. */
  #atLeast(hessian: number, least: number): boolean {
    const error = 2 * this.#options.rounding.hessian * this.#all.hessian;
    if (Math.abs(hessian - least) < error && least > 1e-200 && !this.#even) this.close = true;
    return hessian >= least;
  }

  #try(feature: number, penalty: number, isLeft: (bin: number) => boolean): void {
    const { parameters, pairs } = this.#data;
    const left = this.#node.rows.map((row) => isLeft(this.#bin(row, feature)));
    const sides = [true, false].map((side) => {
      const rows = this.#node.rows.filter((_, i) => left[i] === side);
      return { rows, sums: sumsOf(pairs, rows) };
    });
    if (sides.some(({ rows }) => rows.every((row) => pairs.hessian[row] === 0))) return;
    if (!sides.every(({ sums }) => this.#atLeast(sums.hessian, this.#floor))) return;
    const around = { ...this.#node, parentOutput: this.#node.output };
    const outputs = sides.map(({ sums }) =>
      slowOutput(sums, penalty, sums.hessian * this.#density, around, parameters),
    ) as [number, number];
    const direction = this.#data.binning[feature]!.kind === 'numeric' ? (parameters.monotone?.[feature] ?? 0) : 0;
    const rise = direction * (outputs[1] - outputs[0]);
    if (rise !== 0 && Math.abs(rise) < 1e-6 * (Math.abs(outputs[0]) + Math.abs(outputs[1]))) this.close = true;
    if (rise < 0) return;
    let gain = -this.#shift;
    let error = 0;
    sides.forEach(({ sums }, i) => {
      gain += gainOfOutput(sums, penalty, outputs[i]!, parameters.l1);
      error += this.#error(sums, penalty, outputs[i]!);
    });
    error += this.#error(this.#total, parameters.l2, this.#node.output);
    this.splits.push({ feature, left, gain, error, penalty, outputs });
  }

  /** First order of what rounded sums change. */
  #error(sums: Sums, penalty: number, output: number): number {
    const { rounding } = this.#options;
    const step = Math.max(Math.abs(output), Math.abs(sums.gradient) / Math.max(1e-300, sums.hessian + penalty));
    const gradient = rounding.gradient * this.#all.gradient;
    const hessian = rounding.hessian * this.#all.hessian;
    return 6 * step * gradient + 3 * step * step * hessian;
  }
}
