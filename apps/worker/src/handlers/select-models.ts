import type { Handler } from '@laurel/queue';
import { blobKeys } from '@laurel/storage';
import { errorText } from '../log.ts';
import type { Resources } from '../resources.ts';
import { studyPort } from '../study-port.ts';

/** The best ensemble of what is complete, told to the study. It takes the next child that is free, for a moment. */
export function selectModels({ db, storage, trials, log }: Resources): Handler<'select-models'> {
  return async ({ experimentId }) => {
    const members = [];
    for (const { trialId, trialNumber, score } of await db.internal.ensembleMembers(experimentId)) {
      const key = blobKeys.predictions(experimentId, trialId);
      if (!(await storage.exists(key))) continue;
      members.push({ trialNumber, score, predictionsPath: await storage.localPath(key) });
    }
    if (members.length < 2) return;
    const preparedPath = await storage.localPath(blobKeys.prepared(experimentId));
    const request = { kind: 'select' as const, preparedPath, preparedKey: experimentId, members };
    const outcome = await trials.run(request, { keys: [`prepared ${experimentId}`] });
    if (outcome.status === 'completed') return db.internal.modelsSelected(experimentId, outcome.result, studyPort);
    log('warn', 'the best models so far could not be selected', { experimentId, error: errorText(outcome.failure) });
  };
}
