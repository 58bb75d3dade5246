import type { TrialView } from '@laurel/contracts';

/** What a run came to, in the order of its trials. */
export function resultsOf(trials: TrialView[]): string[] {
  return trials
    .toSorted((a, b) => a.number - b.number)
    .map(({ number, family, status, score }) => `${number} ${family} ${status} ${score}`);
}

export function isEnd(status: string): boolean {
  return ['completed', 'failed', 'cancelled'].includes(status);
}
