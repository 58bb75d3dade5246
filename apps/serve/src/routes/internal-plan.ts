import { randomInt } from 'node:crypto';
import { planExperiment } from '@laurel/automl';
import { experimentRequest } from '@laurel/contracts';
import { z } from 'zod';
import type { OnDemand } from '../compute/on-demand.ts';
import type { ComputeThreads } from '../compute/threads.ts';
import { answerOnDemand } from '../http/answers.ts';
import { readJson, requireMediaType } from '../http/body.ts';
import type { App } from '../http/context.ts';
import { parseBody } from '../http/validate.ts';
import type { Platform } from '../ports.ts';

const planBody = z.strictObject({ datasetId: z.string(), request: experimentRequest });

/** Dry runs of an experiment: the quick check of a request, and the full plan with the search for leaks in the table. */
export function internalPlanRoutes(
  app: App,
  { platform, threads }: { platform: Platform; threads: ComputeThreads },
  answers: OnDemand,
): void {
  app.post('/internal/validate', async (c) => {
    requireMediaType(c, ['application/json']);
    const { datasetId, request } = parseBody(planBody, await readJson(c));
    const profile = await platform.data.profile(datasetId);
    return c.json(planExperiment({ profile, request, seed: request.seed ?? randomInt(2 ** 32) }));
  });

  app.post('/internal/plan', async (c) => {
    requireMediaType(c, ['application/json']);
    const { datasetId, request } = parseBody(planBody, await readJson(c));
    const profile = await platform.data.profile(datasetId);
    const types = profile.columns.map((column) => column.type);
    // a dry run is for reading: one seed for all who do not name one makes it repeatable
    const seed = request.seed ?? 0;
    return answerOnDemand(c, answers, ['plan', datasetId, types, { ...request, name: '' }, seed], async () => {
      const tablePath = await platform.data.tablePath(datasetId);
      return threads.run('plan', { profile, tablePath, request, seed }, { urgent: true });
    });
  });
}
