import type { LoadedSet, Shared } from '../engine/datasets.ts';
import { runFold } from '../engine/train.ts';
import type { RunResult } from './run.ts';

/** Trains with the command line, as `bench engine` does. */
export async function runLaurel(shared: Shared, set: LoadedSet, fold: number, budget: number): Promise<RunResult> {
  const result = await runFold(shared.scorer, set, fold, budget);
  const { metric, score, trainSeconds, predictSeconds, peakMb, winner, models } = result;
  return {
    metric,
    score,
    fitSeconds: trainSeconds,
    wallSeconds: trainSeconds + predictSeconds,
    predictSeconds,
    peakMb,
    details: { winner, models },
  };
}
