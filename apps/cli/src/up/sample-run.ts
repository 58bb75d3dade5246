import type { ExperimentView, Leaderboard, TrialView } from '@laurel/contracts';
import { sleep } from './leftovers.ts';

/**
 * The very first start: trains on penguins through the public API and shows in the terminal what the first page shows.
 * Ends with the run; a failure is said and does not stop the platform.
 */
export async function runFirstSample(
  baseUrl: string,
  apiKey: string,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const call = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      ...init,
      signal,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  try {
    const { experiment } = await call<{ experiment: ExperimentView }>('/samples/penguins/train', {
      method: 'POST',
      body: '{}',
    });
    say('\nA first experiment: which species is a penguin? 30 seconds, watch it here or in the browser.');
    const view = await follow(call, experiment.id, say);
    if (view.status !== 'completed') {
      say(`The sample ended as ${view.status}${view.error ? `: ${view.error.message}` : ''}. Laurel itself runs on.`);
      return;
    }
    const board = await call<Leaderboard>(`/experiments/${experiment.id}/leaderboard`);
    say(`\n${renderLeaderboard(board)}\n`);
  } catch (error) {
    if (!signal.aborted) say(`The sample could not be trained (${(error as Error).message}). Laurel itself runs on.`);
  }
}

async function follow(
  call: <T>(path: string) => Promise<T>,
  experimentId: string,
  say: (text: string) => void,
): Promise<ExperimentView> {
  const shown = new Set<number>();
  for (;;) {
    const view = await call<ExperimentView>(`/experiments/${experimentId}`);
    const { items } = await call<{ items: TrialView[] }>(`/experiments/${experimentId}/trials`);
    for (const trial of items) {
      if (shown.has(trial.number) || !['completed', 'failed'].includes(trial.status)) continue;
      shown.add(trial.number);
      const outcome =
        trial.status === 'completed'
          ? `${view.metric?.id ?? 'score'} ${format(trial.score)}`
          : `failed: ${trial.failure?.message ?? ''}`;
      say(`  #${String(trial.number).padStart(2)}  ${trial.name.padEnd(34)} ${outcome}`);
    }
    if (['completed', 'failed', 'cancelled'].includes(view.status)) return view;
    await sleep(500);
  }
}

function format(value: number | null | undefined): string {
  return value === null || value === undefined ? '—' : value.toPrecision(4);
}

/** The ten best of a leaderboard as a table for a terminal. */
export function renderLeaderboard(board: Leaderboard): string {
  const direction = board.metric.higherIsBetter ? 'higher is better' : 'lower is better';
  const lines = board.rows.slice(0, 10).map((row) => {
    const { mean, ciLow, ciHigh } = row.validation;
    const spread = ciLow === null ? '' : `  [${format(ciLow)}, ${format(ciHigh)}]`;
    return `  ${String(row.rank).padStart(2)}. ${row.name.padEnd(34)} ${format(mean).padStart(8)}${spread}`;
  });
  return [`Leaderboard by ${board.metric.label} (${direction}):`, ...lines].join('\n');
}
