import { AppError, newId, type TrialFailure } from '@laurel/contracts';
import type { ClaimedTrial, TrialReport } from '@laurel/db';
import { type Outcome, type TrialAnswer, toTrialFailure } from '@laurel/pool';
import type { Handler } from '@laurel/queue';
import { blobKeys } from '@laurel/storage';
import { errorText } from '../log.ts';
import { isPassing, persist } from '../persist.ts';
import { slotName } from '../presence.ts';
import type { Resources } from '../resources.ts';
import { studyPort } from '../study-port.ts';
import { execute } from '../trials/execute.ts';
import { startHeartbeat } from '../trials/heartbeat.ts';
import { SlotNumbers } from '../trials/slots.ts';

/**
 * Claims a trial, runs it in a child process and records what came of it. The claim makes an attempt; every later
 * write names it, so that an attempt that was replaced meanwhile changes nothing.
 */
export function runTrial(resources: Resources): Handler<'run-trial'> {
  const { db, log, ticker, relay, shutdown } = resources;
  const slots = new SlotNumbers();
  const run = async (trialId: string, slot: number) => {
    const attemptId = newId('attempt');
    const trial = await persist('claiming a trial', log, () =>
      db.internal.claimTrial(trialId, slotName(resources.workerId, slot), attemptId),
    );
    if (!trial) return;
    ticker.touch(trial.experimentId);
    const lost = new AbortController();
    const heartbeat = startHeartbeat(resources, trial, () => lost.abort());
    try {
      const signal = AbortSignal.any([lost.signal, shutdown]);
      const outcome = await execute(resources, trial, { signal, onProgress: heartbeat.progress });
      if (!lost.signal.aborted) await record(resources, trial, outcome);
    } finally {
      await heartbeat.end();
      relay.kick();
    }
  };
  return async ({ trialId }) => {
    const slot = slots.take();
    await run(trialId, slot).finally(() => slots.free(slot));
  };
}

async function record(resources: Resources, trial: ClaimedTrial, outcome: Outcome<TrialAnswer>): Promise<void> {
  if (outcome.status === 'failed') {
    const { failure } = outcome;
    // whoever dies may have been killed; what is too large, too slow or wrong is so again
    if (failure.kind === 'crash') return release(resources, trial, toTrialFailure(failure));
    if (failure.kind === 'cancelled') return release(resources, trial, stopped);
    return finish(resources, trial, failed(toTrialFailure(failure), outcome));
  }
  const answer = outcome.result;
  if (answer.status === 'failed') return finish(resources, trial, failed(answer.failure, outcome));
  if (answer.status === 'pruned') {
    const { status: _, fitSeconds: __, ...result } = answer;
    const { seconds, peakMb } = outcome;
    return finish(resources, trial, { status: 'pruned', result: { ...result, seconds, peakMb } }, outcome);
  }
  const refusal = await store(resources, trial, answer);
  if (refusal) return finish(resources, trial, failed(refusal, outcome));
  const { predictions: _, status: __, truncated: ___, ...result } = answer;
  const report: TrialReport = {
    status: 'completed',
    result: { ...result, seconds: outcome.seconds, peakMb: outcome.peakMb },
  };
  await finish(resources, trial, report, outcome);
}

const stopped: TrialFailure = { kind: 'crash', message: 'The worker was stopped while it ran.' };

function failed(failure: TrialFailure, { seconds, peakMb }: { seconds: number; peakMb: number }): TrialReport {
  return { status: 'failed', failure, seconds, peakMb };
}

/** Files of a completed trial, before its row says that there are any. Answers why they could not be kept. */
async function store(
  { storage, artifacts, log }: Resources,
  { experimentId, trialId }: ClaimedTrial,
  answer: Extract<TrialAnswer, { status: 'completed' }>,
): Promise<TrialFailure | null> {
  try {
    const key = blobKeys.predictions(experimentId, trialId);
    await Promise.all([
      persist('storing predictions', log, () => storage.put(key, answer.predictions)),
      answer.members.length === 0 ? artifacts.put(experimentId, trialId, answer.artifact) : null,
    ]);
    return null;
  } catch (error) {
    log('error', 'the result of a trial could not be stored', { trialId, error: errorText(error) });
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    const message = full
      ? 'The disk of the worker is full. Free some space and start the experiment again.'
      : errorText(error);
    return { kind: 'storage', message };
  }
}

/** Records the end. A database that is away is waited for: the work is done and must not be lost. */
async function finish(
  resources: Resources,
  trial: ClaimedTrial,
  report: TrialReport,
  cost?: { seconds: number; peakMb: number },
): Promise<void> {
  const { db, log, artifacts } = resources;
  const { trialId, attemptId, experimentId } = trial;
  try {
    const counted = await persist('recording a trial', log, () =>
      db.internal.finishTrial(trialId, attemptId, report, studyPort),
    );
    if (!counted) log('warn', 'the result of an attempt that was replaced was discarded', { trialId, attemptId });
    else if (trial.kind === 'ensemble') await artifacts.drop(experimentId);
  } catch (error) {
    // a model that the database refuses (too large, disk full) is a failed trial, not one to run again
    if (report.status !== 'completed' || !cost || !(error instanceof AppError) || isPassing(error)) throw error;
    const kind = error.code === 'STORAGE_FULL' ? 'storage' : 'invalid';
    await finish(resources, trial, failed({ kind, message: error.message }, cost));
  }
}

async function release({ db, log }: Resources, trial: ClaimedTrial, failure: TrialFailure): Promise<void> {
  const { trialId, attemptId } = trial;
  log('warn', 'an attempt at a trial was lost', { trialId, attemptId, attempt: trial.attempts, why: failure.message });
  await persist('releasing a trial', log, () => db.internal.releaseTrial(trialId, attemptId, failure, studyPort));
}
