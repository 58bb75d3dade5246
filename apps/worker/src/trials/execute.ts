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
  const { number, kind, family, config, seed, capMs, more, budgetLeftMs, experimentId } = trial;
  try {
    const request = {
      preparedPath: await resources.storage.localPath(blobKeys.prepared(experimentId)),
      preparedKey: experimentId,
      // what the study asks of it beyond a trial's own fields comes back as it was stored
      spec: { ...more, number, kind, family, config, seed, capMs },
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

/** The finished trials that the ensemble is to be made of, as files. One whose predictions were not kept takes no part. */
async function membersOf(
  { db, storage, artifacts }: Resources,
  { experimentId, config }: ClaimedTrial,
): Promise<StoredMember[]> {
  const asked = Array.isArray(config.members) ? new Set<unknown>(config.members) : null;
  const members: StoredMember[] = [];
  for (const member of await db.internal.ensembleMembers(experimentId)) {
    const { trialId, trialNumber, name, score, artifactSha256, predictMsPerRow } = member;
    if (asked && !asked.has(trialNumber)) continue;
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
