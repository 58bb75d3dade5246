import type { ResultLine } from '../record.ts';
import { renderTable, verdictOf } from '../table.ts';
import { setLines } from './accuracy-means.ts';

/** The largest ratio to a peer that is aimed at, and the largest that is allowed. */
export interface Bar {
  aim: number;
  least: number;
}

export type BarVerdict = 'aim met' | 'met' | 'missed';

/** How a line stands to what was asked for: a target or a bar on the ratio. Null where nothing was. */
export function barVerdict(line: ResultLine): BarVerdict | null {
  const bar = line.details?.bar as Bar | undefined;
  if (bar && line.ratio !== undefined) {
    if (line.ratio <= bar.aim) return 'aim met';
    return line.ratio <= bar.least ? 'met' : 'missed';
  }
  const verdict = line.peerName === 'target' ? verdictOf(line) : null;
  return verdict === 'met' || verdict === 'missed' ? verdict : null;
}

/** A table for each group that has lines, and one per setting with the sets of `accuracy` side by side. */
export function groupTables(lines: readonly ResultLine[], groups: readonly string[]): string {
  const parts = groups.flatMap((group) => {
    const own = lines.filter((line) => line.case.startsWith(`${group}:`));
    if (own.length === 0) return [];
    if (group !== 'accuracy') return [renderTable(own)];
    const means = own.filter((line) => line.details?.set === undefined);
    return [
      ...['plain', 'sampled'].map((setting) => setTable(lines, setting)),
      means.length > 0 ? renderTable(means) : '',
    ].filter(Boolean);
  });
  return parts.join('\n\n');
}

/** Markdown: what was asked for, and what came out. */
export function markdownSummary(lines: readonly ResultLine[]): string {
  const asked = lines.flatMap((line) => {
    const verdict = barVerdict(line);
    const signedMean =
      line.details?.signed === undefined ? '' : ` (${line.details.signed} ± ${line.details.standardError})`;
    return verdict
      ? [`| ${line.case} | ${amount(line.value, line.unit)}${signedMean} | ${limitOf(line)} | ${verdict} |`]
      : [];
  });
  if (asked.length === 0) return '';
  return ['| case | measured | asked for | |', '| --- | --- | --- | --- |', ...asked].join('\n');
}

function limitOf(line: ResultLine): string {
  const peer = amount(line.peer as number, line.unit);
  const bar = line.details?.bar as Bar | undefined;
  if (!bar) return line.unit === 'count' ? `at least ${peer}` : `at most ${peer}`;
  return `${line.peerName}: ${peer}, ratio ${(line.ratio as number).toFixed(2)} (at most ${bar.least})`;
}

function amount(value: number, unit: string): string {
  return `${Number(value.toPrecision(4))}${unit === 'count' || unit === 'of 1' ? '' : ` ${unit}`}`;
}

/** Set by set: ours, the peer's, the difference, its standard error and what that means. */
function setTable(lines: readonly ResultLine[], setting: string): string {
  const sets = setLines(lines, setting);
  if (sets.length === 0) return '';
  const rows = sets.map(({ details, unit, value, peer }) => [
    details.set,
    unit,
    String(details.folds),
    value.toPrecision(5),
    (peer as number).toPrecision(5),
    signed(details.difference.toPrecision(2)),
    details.standardError.toPrecision(2),
    `${signed((100 * details.relative).toFixed(2))} %`,
    details.verdict,
  ]);
  const header = [`accuracy, ${setting}`, 'score', 'folds', 'ours', 'LightGBM', 'difference', 'std. error', '', ''];
  const all = [header, ...rows];
  const widths = header.map((_, c) => Math.max(...all.map((row) => (row[c] as string).length)));
  return all
    .map((row) =>
      row
        .map((cell, c) => cell.padEnd(widths[c] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`;
}
