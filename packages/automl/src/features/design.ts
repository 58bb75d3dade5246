import type { ModelState } from '../models/types.ts';
import type { Expanded } from './expand.ts';
import { fitScaling, outputsOf, quantile, type Scaling, type ScalingOptions, writeScaled } from './scaling.ts';

/**
 * A matrix for linear models and networks: numbers row by row, and ones given by their place. Row i has the numbers
 * dense[i * width..] and a one at hot[i * hotColumns + c] for each c (-1: none), places counting from 0 to hotWidth - 1.
 */
export interface Design {
  rows: number;
  width: number;
  dense: Float64Array;
  hotColumns: number;
  hotWidth: number;
  hot: Int32Array;
}

export interface DesignEncoder {
  width: number;
  /** how many columns, the first ones, come from the first `sources` numbers of the expanded table */
  columnsBefore(sources: number): number;
  hotWidth: number;
  encode(data: Expanded): Design;
  state(): ModelState;
}

interface NumberSpec {
  source: number;
  fill: number;
  min: number;
  max: number;
  scaling: Scaling | null;
  /** missing values occurred in training, in other rows than in every number before it: a one marks them */
  marksMissing: boolean;
}

interface CategorySpec {
  source: number;
  size: number;
  marksMissing: boolean;
  /** one number, -1 or 1 (0: missing), in place of two ones */
  signed: boolean;
}

export interface DesignOptions extends ScalingOptions {
  /** categories of two levels without missing values become one number, -1 or 1 */
  signedPairs: boolean;
}

interface Specs {
  numbers: NumberSpec[];
  categories: CategorySpec[];
}

/** Numbers beyond this are brought back to it, so that sums of squares stay finite. */
const magnitudeLimit = 1e100;

/**
 * Learns medians for missing values, scales and levels from training rows. Infinite values count as the largest or
 * smallest finite one of training. Columns that do not vary are left out, and so are marks that equal an earlier one, as
 * those of all parts of a date do.
 */
export function fitDesign(data: Expanded, categorySizes: readonly number[], options: DesignOptions): DesignEncoder {
  const numbers: NumberSpec[] = [];
  const isNew = marksSeen();
  for (const [source, values] of data.numeric.entries()) {
    const spec = fitNumber(source, values, options);
    if (!spec) continue;
    if (spec.marksMissing) spec.marksMissing = isNew(values);
    if (spec.scaling || spec.marksMissing) numbers.push(spec);
  }
  const categories: CategorySpec[] = [];
  for (const [source, codes] of data.categories.entries()) {
    const size = categorySizes[source]!;
    const marksMissing = codes.includes(-1);
    const signed = options.signedPairs && size === 2 && !marksMissing;
    if (size + (marksMissing ? 1 : 0) > 1) categories.push({ source, size, marksMissing, signed });
  }
  return createEncoder({ numbers, categories });
}

export function restoreDesign(state: ModelState): DesignEncoder {
  return createEncoder(state.header as Specs);
}

function fitNumber(source: number, values: Float64Array, options: ScalingOptions): NumberSpec | null {
  const finite = values.filter(Number.isFinite).map(bring).sort();
  const marksMissing = values.some(Number.isNaN);
  if (finite.length === 0) return null;
  const min = finite[0]!;
  const max = finite.at(-1)!;
  const fill = quantile(finite, 0.5);
  if (!(max > min)) return marksMissing ? { source, fill, min, max, scaling: null, marksMissing } : null;
  return { source, fill, min, max, scaling: fitScaling(finite, options), marksMissing };
}

/** Tells whether the missing rows of a column are others than those of every column that was asked about before. */
function marksSeen(): (values: Float64Array) => boolean {
  const seen = new Map<number, Float64Array[]>();
  return (values) => {
    let hash = 0;
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) hash = (Math.imul(hash, 31) + i + 1) | 0;
    const alike = seen.get(hash) ?? [];
    const isSame = (other: Float64Array) => other.every((value, i) => Number.isNaN(value) === Number.isNaN(values[i]!));
    if (alike.some(isSame)) return false;
    seen.set(hash, [...alike, values]);
    return true;
  };
}

function createEncoder(specs: Specs): DesignEncoder {
  const { numbers, categories } = specs;
  const signed = categories.filter((spec) => spec.signed).length;
  const width = signed + widthOf(numbers);
  const marked = numbers.filter((spec) => spec.marksMissing);
  const hotWidth = marked.length + categories.reduce((sum, spec) => sum + levelsOf(spec), 0);
  return {
    width,
    columnsBefore: (sources) => widthOf(numbers.filter(({ source }) => source < sources)),
    hotWidth,
    encode: (data) => encode(data, specs, marked, width, hotWidth),
    state: () => ({ header: specs, tensors: {} }),
  };
}

function widthOf(numbers: readonly NumberSpec[]): number {
  return numbers.reduce((sum, { scaling }) => sum + (scaling ? outputsOf(scaling) : 0), 0);
}

function encode(data: Expanded, specs: Specs, marked: NumberSpec[], width: number, hotWidth: number): Design {
  const { rows } = data;
  const hotColumns = marked.length + specs.categories.filter((spec) => !spec.signed).length;
  const dense = new Float64Array(rows * width);
  const hot = new Int32Array(rows * hotColumns).fill(-1);
  let at = 0;
  for (const { source, fill, min, max, scaling } of specs.numbers) {
    if (!scaling) continue;
    const values = data.numeric[source]!;
    for (let i = 0; i < rows; i++) {
      const raw = values[i]!;
      const known = Number.isNaN(raw) ? fill : Number.isFinite(raw) ? bring(raw) : raw > 0 ? max : min;
      writeScaled(scaling, known, dense, i * width + at);
    }
    at += outputsOf(scaling);
  }
  for (const [c, { source }] of marked.entries()) {
    const values = data.numeric[source]!;
    for (let i = 0; i < rows; i++) if (Number.isNaN(values[i]!)) hot[i * hotColumns + c] = c;
  }
  let place = marked.length;
  let column = marked.length;
  for (const spec of specs.categories) {
    const codes = data.categories[spec.source]!;
    if (spec.signed) {
      for (let i = 0; i < rows; i++) dense[i * width + at] = codes[i]! < 0 ? 0 : 2 * codes[i]! - 1;
      at++;
      continue;
    }
    for (let i = 0; i < rows; i++) {
      const code = codes[i]!;
      const level = code >= 0 && code < spec.size ? code : spec.marksMissing ? spec.size : -1;
      if (level >= 0) hot[i * hotColumns + column] = place + level;
    }
    place += levelsOf(spec);
    column++;
  }
  return { rows, width, dense, hotColumns, hotWidth, hot };
}

function levelsOf(spec: CategorySpec): number {
  if (spec.signed) return 0;
  return spec.size + (spec.marksMissing ? 1 : 0);
}

function bring(value: number): number {
  return Math.min(magnitudeLimit, Math.max(-magnitudeLimit, value));
}
