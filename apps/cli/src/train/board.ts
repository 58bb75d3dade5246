import type { StudyState } from '@laurel/automl';
import type { CompletedTrial } from './protocol.ts';

export interface BoardRow {
  rank: number;
  number: number;
  trial: CompletedTrial;
  family: string;
}

/** Completed trials, the best score first; ties by number. */
export function rankTrials(
  state: StudyState,
  trials: ReadonlyMap<number, CompletedTrial>,
  higherIsBetter: boolean,
): BoardRow[] {
  const direction = higherIsBetter ? -1 : 1;
  return state.trials
    .filter((trial) => trial.status === 'completed' && trials.has(trial.number))
    .map((trial) => ({ rank: 0, number: trial.number, trial: trials.get(trial.number)!, family: trial.family }))
    .sort((a, b) => (a.trial.score - b.trial.score) * direction || a.number - b.number)
    .map((row, index) => ({ ...row, rank: index + 1 }));
}

/** The best rows as lines of a table, `width` characters at most. */
export function boardLines(rows: readonly BoardRow[], most: number, width: number): string[] {
  const shown = rows.slice(0, most);
  const nameWidth = Math.min(Math.max(20, width - 52), 58);
  const lines = shown.map(({ rank, number, trial }) => {
    const { mean, std, ciLow, ciHigh } = trial.validation;
    const interval = ciLow === null || ciHigh === null ? '' : `[${score(ciLow)}, ${score(ciHigh)}]`;
    const badge = trial.notBetterThanBest ? ' no gain' : '';
    return [
      String(rank).padStart(4),
      pad(`${trial.name}${badge}`, nameWidth),
      score(mean).padStart(9),
      score(std).padStart(9),
      interval.padEnd(20),
      `#${number}`.padStart(5),
    ].join(' ');
  });
  const head = ['rank', pad('model', nameWidth), '    score', '   spread', 'interval (95 %)     ', 'trial'].join(' ');
  const more = rows.length > most ? [`     and ${rows.length - most} more`] : [];
  return [head, ...lines, ...more].map((line) => line.slice(0, width));
}

/** Four significant digits, or as many as whole numbers have. */
export function score(value: number): string {
  if (!Number.isFinite(value)) return '-';
  return Math.abs(value) >= 1000 ? value.toFixed(1) : value.toPrecision(4);
}

function pad(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
