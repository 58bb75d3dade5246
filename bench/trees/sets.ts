import { defaultNulls, parseAnyDate, parseNumber } from '@laurel/tabular';
import type { FeatureInput } from '@laurel/trees';
import type { LoadedSet, SharedSet } from '../engine/datasets.ts';
import type { Problem } from './problems.ts';

/** Text of more levels than this is a name or a sentence: neither learner is made for it, and it is left out for both. */
const mostLevels = 1000;

/** Columns that give the target away. */
const leaks: Record<string, string[]> = { 'bike-hour': ['casual', 'registered'], taxis: ['total'] };

/** Sets that accuracy is compared on: enough rows, and not there for its speed only. */
export function isCompared({ name, rows }: SharedSet): boolean {
  return rows >= 2000 && name !== 'kddcup99-10pct';
}

/** A set as numbers and category codes; null when no column is left to learn from. */
export function problemOfSet({ info, header, rows }: LoadedSet): Problem | null {
  const targetColumn = header.indexOf(info.target);
  const used = header
    .map((_, c) => c)
    .filter((c) => c !== targetColumn && !leaks[info.name]?.includes(header[c] as string));
  const features = used.flatMap((c) => featureOf(rows.map((row) => (row[c] as string).trim())) ?? []);
  if (features.length === 0) return null;
  const texts = rows.map((row) => row[targetColumn] as string);
  const { task } = info;
  if (task !== 'binary' && task !== 'multiclass') {
    const target = Float64Array.from(texts, Number);
    return { task: 'regression', outputs: 1, rows: rows.length, features, target };
  }
  const labels = [...new Set(texts)].sort();
  const target = Float64Array.from(texts, (text) => labels.indexOf(text));
  return { task, outputs: task === 'binary' ? 1 : labels.length, rows: rows.length, features, target };
}

/** Numbers stay, dates become milliseconds, other text becomes codes in alphabetical order; null: left out. */
export function featureOf(texts: readonly string[]): FeatureInput | null {
  const isMissing = (text: string) => text === '' || defaultNulls.includes(text);
  for (const parse of [parseNumber, parseAnyDate]) {
    const values = Float64Array.from(texts, (text) => (isMissing(text) ? Number.NaN : (parse(text) ?? Number.NaN)));
    if (texts.every((text, r) => isMissing(text) || !Number.isNaN(values[r]))) return { kind: 'numeric', values };
  }
  const levels = [...new Set(texts.filter((text) => !isMissing(text)))].sort();
  if (levels.length > mostLevels) return null;
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  const codes = Int32Array.from(texts, (text) => codeOf.get(text) ?? -1);
  return { kind: 'categorical', codes, levels: levels.length };
}
