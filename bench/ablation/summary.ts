import { createDraws, quantile, sum } from '../numbers.ts';
import type { ResultLine } from '../record.ts';
import { verdictOf } from '../table.ts';
import { type Variant, variantNames } from './variants.ts';

/** One set and fold, measured with the whole engine and with parts left out. */
export interface Cell {
  name: string;
  unit: string;
  scores: Partial<Record<Variant, number>>;
}

export const caseName = (of: string, variant: Variant): string => `${of}: ${variant}`;

export function cellsOf(lines: readonly ResultLine[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const line of lines) {
    const variant = variantNames.find((name) => line.case.endsWith(`: ${name}`));
    if (!variant) continue;
    const name = line.case.slice(0, -variant.length - 2);
    const cell = cells.get(name) ?? { name, unit: line.unit, scores: {} };
    cell.scores[variant] = line.value;
    cells.set(name, cell);
  }
  return [...cells.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** What is lower for a better model: the loss itself, or what is missing from an AUC of 1. */
const errorOf = (unit: string, score: number): number => (unit === 'auc' ? 1 - score : score);

/**
 * By how much the error grows without the part: logarithm of the ratio, so that it is the same both ways and sets count
 * alike. Errors of next to nothing are left at a thousandth of a log loss, where a ratio would be of noise.
 */
export function gainOf({ unit, scores }: Cell, without: Variant): number | null {
  const [whole, part] = [scores.whole, scores[without]];
  if (whole === undefined || part === undefined) return null;
  const [a, b] = [errorOf(unit, whole), errorOf(unit, part)].map((error) => Math.max(error, 1e-3));
  return Math.log(b! / a!);
}

/** What each part adds, as Markdown: the mean growth of the error without it, with a 95 % interval by drawing sets. */
export function report(lines: readonly ResultLine[]): string {
  const cells = cellsOf(lines);
  if (cells.length === 0) return 'Nothing is measured yet.';
  const parts = variantNames.filter((name) => name !== 'whole');
  const scores = cells.map(({ name, unit, scores: of }) => [
    name,
    unit,
    ...variantNames.map((variant) => of[variant]?.toPrecision(4) ?? ''),
  ]);
  const gains = parts.map((part) => {
    const measured = cells.flatMap((cell) => {
      const gain = gainOf(cell, part);
      return gain === null ? [] : [{ gain, verdict: verdictOn(cell, part) }];
    });
    if (measured.length === 0) return [part, '', '', '', '', ''];
    const values = measured.map(({ gain }) => gain);
    const draws = createDraws(1);
    const means = Array.from({ length: 2000 }, () => mean(values.map(() => values[draws(values.length)]!)));
    const count = (verdict: string) => String(measured.filter((one) => one.verdict === verdict).length);
    const interval = `${percent(quantile(means, 0.025))} to ${percent(quantile(means, 0.975))}`;
    return [part, percent(mean(values)), interval, count('better'), count('level'), count('worse')];
  });
  return [
    markdown(['set', 'metric', ...variantNames], scores),
    markdown(['left out', 'error grows by', '95 % by sets', 'whole better', 'level', 'whole worse'], gains),
  ].join('\n\n');
}

function verdictOn({ unit, scores }: Cell, part: Variant) {
  return verdictOf({ unit, value: scores.whole!, peer: scores[part]!, peerName: part });
}

const mean = (values: readonly number[]): number => sum(values) / values.length;
const percent = (logRatio: number): string => `${(100 * (Math.exp(logRatio) - 1)).toFixed(1)} %`;

function markdown(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
