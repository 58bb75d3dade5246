import { AppError } from '@laurel/contracts';
import { z } from 'zod';
import type { OnDemand } from '../compute/on-demand.ts';
import type { ComputeThreads } from '../compute/threads.ts';
import { answerCsv, answerOnDemand } from '../http/answers.ts';
import { readJson, requireMediaType } from '../http/body.ts';
import type { App } from '../http/context.ts';
import { parseBody, parseQuery } from '../http/validate.ts';
import type { Platform, ServedModel } from '../ports.ts';
import { compareModels } from '../serving/compare.ts';

const split = z.enum(['oof', 'holdout']);
const column = z.string().min(1).max(500);
const queries = {
  evaluation: z.strictObject({ split: split.default('oof'), threshold: z.coerce.number().min(0).max(1).optional() }),
  importance: z.strictObject({ split: split.default('oof') }),
  dependence: z.strictObject({
    feature: column,
    feature2: column.optional(),
    ice: z.coerce.number().int().min(0).max(200).default(50),
  }),
  predictions: z.strictObject({ split: split.default('oof'), format: z.enum(['json', 'csv']).default('json') }),
};
const compareBody = z.strictObject({ ids: z.array(z.string()).min(2).max(4) });

/** Evaluations, explanations and comparisons of models, computed when they are asked for. */
export function internalModelRoutes(
  app: App,
  { platform, threads }: { platform: Platform; threads: ComputeThreads },
  answers: OnDemand,
): void {
  const filesOf = async (modelId: string) => {
    const model = await platform.models.model(modelId);
    const [preparedPath, predictionsPath] = await Promise.all([
      platform.data.preparedPath(model.experimentId),
      platform.data.predictionsPath(model.experimentId, model.trialId),
    ]);
    return { model, preparedPath, predictionsPath, artifact: { sha256: model.artifactSha256 } };
  };

  app.get('/internal/models/:id/evaluation', async (c) => {
    const id = c.req.param('id');
    const query = parseQuery(queries.evaluation, c.req.query());
    await refuseSealed(platform, id, query.split);
    return answerOnDemand(c, answers, ['evaluation', id, query], async () => {
      const { preparedPath, predictionsPath } = await filesOf(id);
      return threads.run('evaluation', { preparedPath, predictionsPath, ...query });
    });
  });

  app.get('/internal/models/:id/importance', async (c) => {
    const id = c.req.param('id');
    const query = parseQuery(queries.importance, c.req.query());
    await refuseSealed(platform, id, query.split);
    return answerOnDemand(c, answers, ['importance', id, query], async () => {
      const { preparedPath, artifact } = await filesOf(id);
      return threads.run('importance', { preparedPath, artifact, ...query });
    });
  });

  app.get('/internal/models/:id/partial-dependence', async (c) => {
    const id = c.req.param('id');
    const { feature2, ...query } = parseQuery(queries.dependence, c.req.query());
    if (feature2 !== undefined) {
      throw new AppError(
        'PARAMETER_INVALID',
        'Partial dependence is drawn for one feature at a time. Leave feature2 out.',
      );
    }
    return answerOnDemand(c, answers, ['partial-dependence', id, query], async () => {
      const { preparedPath, artifact } = await filesOf(id);
      return threads.run('partial-dependence', { preparedPath, artifact, ...query });
    });
  });

  app.get('/internal/models/:id/predictions', async (c) => {
    const id = c.req.param('id');
    const query = parseQuery(queries.predictions, c.req.query());
    await refuseSealed(platform, id, query.split);
    const { preparedPath, predictionsPath } = await filesOf(id);
    const input = { preparedPath, predictionsPath, split: query.split };
    if (query.format === 'csv') {
      return answerCsv(c, await threads.run('predictions-csv', input), `predictions-${query.split}-${id}.csv`);
    }
    return c.json({ split: query.split, items: await threads.run('predictions', input) });
  });

  app.post('/internal/models/compare', async (c) => {
    requireMediaType(c, ['application/json']);
    const { ids } = parseBody(compareBody, await readJson(c));
    if (new Set(ids).size !== ids.length) {
      throw new AppError('PARAMETER_INVALID', 'A model is named twice. Give two to four different models.');
    }
    const models = await Promise.all(ids.map((id) => platform.models.view(id)));
    const stable = models.map(({ champion: _, ...view }) => view);
    return answerOnDemand(c, answers, ['compare', stable], async () => {
      const files = await Promise.all(ids.map(filesOf));
      const foldScores = await foldScoresOf(
        platform,
        files.map(({ model }) => model),
      );
      return compareModels(models, files, foldScores, threads);
    });
  });
}

/** The holdout is sealed until somebody opened it, which is on record; its numbers are not given before. */
async function refuseSealed(platform: Platform, modelId: string, asked: 'oof' | 'holdout'): Promise<void> {
  if (asked === 'oof') return;
  const { experimentId, plan } = await platform.models.model(modelId);
  if (plan.rows.holdout === 0) {
    throw new AppError(
      'STATE_INVALID',
      'This experiment has no holdout; all rows were used for cross-validation. Ask for split=oof.',
    );
  }
  if (!(await platform.models.holdoutOpened(experimentId))) {
    throw new AppError(
      'STATE_INVALID',
      'The holdout of this experiment is sealed. Reveal it first; that is recorded, and each look makes it a little less of a test.',
    );
  }
}

/** By model id; empty for a model whose experiment no longer lists it. */
async function foldScoresOf(platform: Platform, models: readonly ServedModel[]): Promise<Map<string, number[]>> {
  const scores = new Map<string, number[]>();
  for (const experimentId of new Set(models.map((model) => model.experimentId))) {
    for (const { modelId, foldScores } of await platform.models.ofExperiment(experimentId))
      scores.set(modelId, foldScores);
  }
  return scores;
}
