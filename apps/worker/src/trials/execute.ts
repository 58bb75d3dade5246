import { serialiseError } from '@laurel/contracts';
import type { ClaimedTrial } from '@laurel/db';
import { type Outcome, type StoredMember, type TrialAnswer, type TrialProgress, trialKeys } from '@laurel/pool';
import { blobKeys } from '@laurel/storage';
import type { Resources } from '../resources.ts';

/** Time beyond its cap after which a trial that does not end by itself is killed. */
const graceMs = 8000;

export interface Execution {
  signal: AbortSignal;
  onProgress(progress: TrialProgress): void;
}

/** Runs the trial in a child process. What goes wrong around it (a missing file) is an outcome as well. */
export async function execute(
  resources: Resources,
  trial: ClaimedTrial,
  { signal, onProgress }: Execution,
): Promise<Outcome<TrialAnswer>> {
  const { number, kind, family, config, seed, capMs, budgetLeftMs, experimentId } = trial;
  try {
    const request = {
      preparedPath: await resources.storage.localPath(blobKeys.prepared(experimentId)),
      preparedKey: experimentId,
      spec: { number, kind, family, config, seed, capMs },
      budgetLeftMs,
    };
    const hardMs = Math.min(capMs, budgetLeftMs === null ? capMs : Math.max(0, budgetLeftMs)) + graceMs;
    const options = { hardMs, signal, onEvent: onProgress, keys: trialKeys(request) };
    if (kind === 'model') return await resources.trials.run({ kind: 'trial', ...request }, options);
    const members = await membersOf(resources, trial);
    return await resources.trials.run({ kind: 'ensemble', ...request, members }, options);
  } catch (error) {
    const known = serialiseError(error);
    return {
      status: 'failed',
      failure: { kind: 'error', message: known.message, error: known },
      seconds: 0,
      peakMb: 0,
    };
  }
}

/** The finished trials of the experiment as files. One whose predictions were not kept takes no part. */
async function membersOf(
  { db, storage, artifacts }: Resources,
  { experimentId }: ClaimedTrial,
): Promise<StoredMember[]> {
  const members: StoredMember[] = [];
  for (const member of await db.internal.ensembleMembers(experimentId)) {
    const { trialId, trialNumber, name, score, artifactSha256, predictMsPerRow } = member;
    const key = blobKeys.predictions(experimentId, trialId);
    if (!(await storage.exists(key))) continue;
    members.push({
      trialNumber,
      name,
      score,
      predictMsPerRow,
      predictionsPath: await storage.localPath(key),
      artifactPath: await artifacts.path(experimentId, trialId, artifactSha256),
    });
  }
  return members;
}
