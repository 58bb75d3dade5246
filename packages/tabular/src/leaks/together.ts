import { type CodedColumn, type Column, isNumeric, type NumericColumn } from '../table.ts';
import type { CheckedTarget } from './target.ts';

/** Columns that decide a class together: a row has it exactly when one of the conditions holds. */
export interface JointLeak {
  columns: string[];
  /** "gold is above 0", one per column */
  conditions: string[];
  label: string;
}

interface Region {
  column: string;
  condition: string;
  /** 1 where the condition holds, per checked row */
  covers: Uint8Array;
  size: number;
}

const maxRegions = 12;
/** A region must not be pure by chance: the odds that so many rows are of one class if the column said nothing. */
const maxChance = 1e-9;

/**
 * Looks for two or three columns of which each alone is one-sidedly pure (when its condition holds, the class is always
 * the same) and which together cover every row of that class: then the target follows from them without an exception.
 * Two classes only.
 */
export function jointLeak(columns: readonly Column[], target: CheckedTarget): JointLeak | undefined {
  if (target.classes !== 2) return undefined;
  for (const label of [1, 0]) {
    const inClass = Uint8Array.from(target.values, (value) => (value === label ? 1 : 0));
    const size = inClass.reduce((sum, value) => sum + value, 0);
    const share = size / inClass.length;
    const regions = columns
      .map((column) => regionOf(column, target, inClass, share))
      .filter((region) => region !== undefined && region.size < size && share ** region.size < maxChance)
      .sort((a, b) => b!.size - a!.size)
      .slice(0, maxRegions) as Region[];
    const found = coveringSet(regions, size);
    if (found) {
      const position = new Map(columns.map((column, index) => [column.name, index]));
      found.sort((a, b) => position.get(a.column)! - position.get(b.column)!);
      return {
        columns: found.map((region) => region.column),
        conditions: found.map((region) => region.condition),
        label: target.labels[label]!,
      };
    }
  }
  return undefined;
}

function regionOf(column: Column, target: CheckedTarget, inClass: Uint8Array, share: number): Region | undefined {
  return isNumeric(column) ? numericRegion(column, target, inClass) : codedRegion(column, target, inClass, share);
}

/** The values above every value of the other class, or below; whichever holds for more rows. */
function numericRegion(column: NumericColumn, target: CheckedTarget, inClass: Uint8Array): Region | undefined {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < inClass.length; i++) {
    const value = column.values[target.rows[i]!]!;
    if (inClass[i] === 1 || Number.isNaN(value)) continue;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  if (lowest > highest) return undefined;
  const above = Uint8Array.from(target.rows, (row) => (column.values[row]! > highest ? 1 : 0));
  const below = Uint8Array.from(target.rows, (row) => (column.values[row]! < lowest ? 1 : 0));
  const sizes = [above, below].map((covers) => covers.reduce((sum, value) => sum + value, 0));
  const text = (value: number) => (column.type === 'datetime' ? new Date(value).toISOString() : String(value));
  return sizes[0]! >= sizes[1]!
    ? { column: column.name, condition: `${column.name} is above ${text(highest)}`, covers: above, size: sizes[0]! }
    : { column: column.name, condition: `${column.name} is below ${text(lowest)}`, covers: below, size: sizes[1]! };
}

/** The levels that only this class has, each seen often enough not to be chance. */
function codedRegion(column: CodedColumn, target: CheckedTarget, inClass: Uint8Array, share: number): Region {
  const inside = new Int32Array(column.levels.length);
  const outside = new Int32Array(column.levels.length);
  for (let i = 0; i < inClass.length; i++) {
    const code = column.codes[target.rows[i]!]!;
    if (code < 0) continue;
    if (inClass[i] === 1) inside[code]!++;
    else outside[code]!++;
  }
  const limit = 1e-3 / Math.max(1, column.levels.length);
  const pure = inside.map((count, code) => (outside[code] === 0 && share ** count < limit ? 1 : 0));
  const covers = Uint8Array.from(target.rows, (row) => (column.codes[row]! >= 0 ? pure[column.codes[row]!]! : 0));
  const names = column.levels.filter((_, code) => pure[code] === 1);
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` or ${names.length - 5} others` : '');
  const condition = names.length === 1 ? `${column.name} is ${shown}` : `${column.name} is one of ${shown}`;
  return { column: column.name, condition, covers, size: covers.reduce((sum, value) => sum + value, 0) };
}

/** Two regions, else three, that cover `size` rows together. */
function coveringSet(regions: readonly Region[], size: number): Region[] | undefined {
  const sets: Region[][] = [];
  regions.forEach((first, a) => {
    regions.slice(a + 1).forEach((second, b) => {
      sets.push([first, second]);
      for (const third of regions.slice(a + b + 2)) sets.push([first, second, third]);
    });
  });
  sets.sort((a, b) => a.length - b.length);
  return sets.find((set) => {
    const upper = set.reduce((sum, region) => sum + region.size, 0);
    return upper >= size && unionSize(set) === size;
  });
}

function unionSize(set: readonly Region[]): number {
  const [first, second, third] = set;
  let count = 0;
  for (let i = 0; i < first!.covers.length; i++) {
    if (first!.covers[i]! | second!.covers[i]! | (third?.covers[i] ?? 0)) count++;
  }
  return count;
}
