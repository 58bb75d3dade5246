import type { CompletedFacts } from '../study/types.ts';
import type { TrialResult } from '../types.ts';

/** What an executor tells the study of a completed trial, beside its number and times. */
export function completedFacts(
  result: Pick<
    TrialResult,
    'score' | 'foldScores' | 'raceScores' | 'predictMsPerRow' | 'stopReason' | 'members' | 'notBetterThanBest'
  > &
    ({ artifact: Uint8Array } | { sizeBytes: number }),
): CompletedFacts & { score: number } {
  const {
    score,
    foldScores,
    raceScores = foldScores,
    predictMsPerRow,
    stopReason,
    members,
    notBetterThanBest,
  } = result;
  return {
    score,
    foldScores: [...raceScores],
    predictMsPerRow,
    sizeBytes: 'sizeBytes' in result ? result.sizeBytes : result.artifact.byteLength,
    ...(members.length > 0 && !notBetterThanBest ? { preferred: true } : {}),
    ...(stopReason === undefined ? {} : { stopReason }),
  };
}
