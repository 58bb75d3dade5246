import type { CodedColumn } from '@laurel/tabular';
import type { TargetOutputs } from './outputs.ts';
import { hashWords, wordBuckets } from './text.ts';

/**
 * Chooses the word buckets that differ most in the target between texts with and without them (an F statistic summed
 * over outputs), among those in enough training rows. Learns from `rows` alone.
 */
export function fitWords(column: CodedColumn, rows: Int32Array, outputs: TargetOutputs, limit: number): number[] {
  const minRows = Math.max(3, Math.min(30, rows.length / 200));
  const found = new Float64Array(wordBuckets);
  const sums = outputs.values.map(() => new Float64Array(wordBuckets));
  const lastRow = new Int32Array(wordBuckets).fill(-1);
  for (let i = 0; i < rows.length; i++) {
    const code = column.codes[rows[i]!]!;
    if (code < 0) continue;
    hashWords(column.levels[code] ?? '', (bucket) => {
      if (lastRow[bucket] === i) return;
      lastRow[bucket] = i;
      found[bucket]! += 1;
      for (let k = 0; k < sums.length; k++) sums[k]![bucket]! += outputs.values[k]![i]!;
    });
  }
  const score = new Float64Array(wordBuckets);
  for (const [k, output] of outputs.values.entries()) {
    const mean = output.reduce((sum, value) => sum + value, 0) / Math.max(1, output.length);
    const variance = output.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, output.length) || 1;
    for (let bucket = 0; bucket < wordBuckets; bucket++) {
      const n = found[bucket]!;
      if (n < minRows || n > rows.length - minRows) continue;
      const gap = sums[k]![bucket]! / n - mean;
      score[bucket]! += (gap * gap * n * rows.length) / (variance * (rows.length - n));
    }
  }
  const candidates = Array.from(score.keys()).filter((bucket) => score[bucket]! > 0);
  candidates.sort((a, b) => score[b]! - score[a]! || a - b);
  return candidates.slice(0, limit);
}

/** log(1 + count) of each chosen bucket; a missing text has no words. */
export function readWords(
  chosen: readonly number[],
  codes: Int32Array,
  levels: readonly string[],
  rows: Int32Array,
): Float64Array[] {
  const columns = chosen.map(() => new Float64Array(rows.length));
  const place = new Int32Array(wordBuckets).fill(-1);
  for (const [k, bucket] of chosen.entries()) place[bucket] = k;
  if (chosen.length === 0) return columns;
  for (let i = 0; i < rows.length; i++) {
    const code = codes[rows[i]!]!;
    if (code < 0) continue;
    hashWords(levels[code] ?? '', (bucket) => {
      const k = place[bucket]!;
      if (k >= 0) columns[k]![i]! += 1;
    });
    for (const column of columns) column[i] = Math.log1p(column[i]!);
  }
  return columns;
}
