import type { ResultLine } from './record.ts';

/** How a unit is read: its better direction, and the difference from a peer that means nothing. */
const units: Record<string, { higherIsBetter: boolean; level: (peer: number) => number }> = {
  auc: { higherIsBetter: true, level: () => 0.002 },
  logloss: { higherIsBetter: false, level: (peer) => 0.02 * peer },
  rmse: { higherIsBetter: false, level: (peer) => 0.01 * peer },
  r2: { higherIsBetter: true, level: () => 0.001 },
  count: { higherIsBetter: true, level: () => 0 },
};
/** seconds, milliseconds, megabytes */
const amount = { higherIsBetter: false, level: (peer: number) => 0.05 * peer };

export type Verdict = 'met' | 'missed' | 'better' | 'level' | 'worse';

/** A target is met or missed; against a tool we are better, level or worse. Null without a peer. */
export function verdictOf(line: Pick<ResultLine, 'unit' | 'value' | 'peer' | 'peerName'>): Verdict | null {
  const { peer, peerName, unit, value } = line;
  if (peer === undefined) return null;
  const { higherIsBetter, level } = units[unit] ?? amount;
  const ahead = higherIsBetter ? value - peer : peer - value;
  if (peerName === 'target') return ahead >= 0 ? 'met' : 'missed';
  if (Math.abs(ahead) <= level(peer)) return 'level';
  return ahead > 0 ? 'better' : 'worse';
}

/** Lines as a table for a terminal. */
export function renderTable(lines: ResultLine[], { header = true } = {}): string {
  const rows = lines.map((line) => [
    line.case,
    show(line.value),
    line.unit,
    line.peer === undefined ? '' : `${show(line.peer)} (${line.peerName ?? 'peer'})`,
    line.ratio === undefined ? '' : line.ratio.toFixed(3),
    verdictOf(line) ?? '',
    `load ${line.load.toFixed(1)}`,
  ]);
  if (header) rows.unshift(['case', 'value', 'unit', 'compared with', 'ratio', '', '']);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function show(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) < 1 ? value.toFixed(4) : value.toPrecision(4);
}
