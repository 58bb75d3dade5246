import type { FoldFit, TrialRun } from '@laurel/contracts';

/** How a trial was run in this process, for the record: with the same program and folds it can be repeated. */
export async function trialRunOf(outcome: { fits?: readonly FoldFit[] }, processLimitBytes: number): Promise<TrialRun> {
  const { loadedBackend } = await import('@laurel/automl');
  return {
    fits: [...(outcome.fits ?? [])],
    memoryLimitBytes: processLimitBytes,
    node: process.version,
    backend: loadedBackend(),
  };
}
