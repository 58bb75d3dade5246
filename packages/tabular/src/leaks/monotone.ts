import { ranksOf, sampledRows } from '../profile/correlations.ts';
import { type Column, isNumeric } from '../table.ts';
import type { CheckedTarget } from './target.ts';

/**
 * Whether a feature is the target itself, or the target in other words: values in the same (or exactly the opposite)
 * order without an exception, or one text for each class. Rows where the feature is missing do not count against it.
 */
export function restatesTarget(column: Column, target: CheckedTarget): boolean {
  return target.classes > 0 ? oneToOne(column, target) : isNumeric(column) && sameOrder(column.values, target);
}

function oneToOne(column: Column, target: CheckedTarget): boolean {
  const classOf = new Map<number, number>();
  const cellOf = new Map<number, number>();
  let present = 0;
  for (let i = 0; i < target.rows.length; i++) {
    const row = target.rows[i]!;
    const cell = isNumeric(column) ? column.values[row]! : column.codes[row]!;
    if (Number.isNaN(cell) || (!isNumeric(column) && cell < 0)) continue;
    const label = target.values[i]!;
    if ((classOf.get(cell) ?? label) !== label || (cellOf.get(label) ?? cell) !== cell) return false;
    classOf.set(cell, label);
    cellOf.set(label, cell);
    present++;
  }
  return classOf.size >= 2 && present >= 0.5 * target.rows.length;
}

function sameOrder(values: Float64Array, target: CheckedTarget): boolean {
  const sample = sampledRows(target.rows.length, 20_000).filter((i) => !Number.isNaN(values[target.rows[i]!]!));
  if (sample.length < 20 || sample.length < 0.1 * Math.min(target.rows.length, 20_000)) return false;
  const x = ranksOf(Float64Array.from(sample, (i) => values[target.rows[i]!]!));
  const y = ranksOf(Float64Array.from(sample, (i) => target.values[i]!));
  if (new Set(y).size < 5) return false;
  const last = sample.length + 1;
  return x.every((rank, i) => rank === y[i]) || x.every((rank, i) => last - rank === y[i]);
}
