import type { ClaimedTrial } from '@laurel/db';
import type { TrialProgress } from '@laurel/pool';
import { errorText } from '../log.ts';
import { isPassing } from '../persist.ts';
import type { Resources } from '../resources.ts';

const everyMs = 1000;
/** without news the sign of life is given less often */
const quietMs = 3000;

export interface Heartbeat {
  progress(progress: TrialProgress): void;
  end(): Promise<void>;
}

/**
 * Says once a second that the attempt lives, with its newest progress. `onLost` is called once, when the database
 * answers that the attempt no longer counts: cancelled, ended, or given to another worker.
 */
export function startHeartbeat(resources: Resources, trial: ClaimedTrial, onLost: () => void): Heartbeat {
  const { db, log, ticker } = resources;
  const { trialId, attemptId, experimentId, worker } = trial;
  let newest: TrialProgress | null = null;
  let saidAt = performance.now();
  let running: Promise<void> | null = null;
  let isLost = false;

  async function beat(): Promise<void> {
    ticker.touch(experimentId);
    const progress = newest;
    if (isLost || (!progress && performance.now() - saidAt < quietMs)) return;
    newest = null;
    try {
      const event = progress && { type: 'trial-progress' as const, trialId, worker, ...progress };
      const counts = await db.internal.heartbeat(trialId, attemptId, event);
      saidAt = performance.now();
      if (counts) return;
      isLost = true;
      onLost();
    } catch (error) {
      newest ??= progress;
      if (!isPassing(error)) log('error', 'a heartbeat failed', { trialId, error: errorText(error) });
    }
  }

  const timer = setInterval(() => {
    running ??= beat().finally(() => {
      running = null;
    });
  }, everyMs);
  return {
    progress: (progress) => {
      newest = progress;
    },
    end: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
