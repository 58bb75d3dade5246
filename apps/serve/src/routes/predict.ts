import { z } from 'zod';
import type { ComputeThreads } from '../compute/threads.ts';
import { readBody, readJson, requireMediaType } from '../http/body.ts';
import type { App, Ctx } from '../http/context.ts';
import { parseQuery } from '../http/validate.ts';
import type { Platform } from '../ports.ts';
import type { Champions } from '../serving/champions.ts';
import type { CachedModel, ModelCache } from '../serving/model-cache.ts';
import { type PredictBody, predictRows } from '../serving/predict.ts';

export interface PredictDeps {
  platform: Platform;
  cache: ModelCache;
  champions: Champions;
  threads: ComputeThreads;
}

/** `level`: share of cases that intervals of values hold. */
const intervalQuery = z.strictObject({ level: z.coerce.number().min(0.5).max(0.99).optional() });

/** Predictions for callers with a key, at `prefix` + the path that the web server has too. */
export function publicPredictRoutes(app: App, prefix: string, deps: PredictDeps): void {
  app.post(`${prefix}/projects/:id/predict`, async (c) => {
    await deps.platform.keys.mayPredict(c.get('actor'), 'project', c.req.param('id'));
    const body = await bodyOf(c);
    return answer(c, deps, body, await championOf(deps, c.req.param('id')));
  });
  app.post(`${prefix}/models/:id/predict`, async (c) => {
    await deps.platform.keys.mayPredict(c.get('actor'), 'model', c.req.param('id'));
    const body = await bodyOf(c);
    return answer(c, deps, body, await modelOf(deps, c.req.param('id')));
  });
}

/** The same for the dashboard, which has authorised before. */
export function internalPredictRoutes(app: App, deps: PredictDeps): void {
  app.post('/internal/projects/:id/predict', async (c) => {
    const body = await bodyOf(c);
    return answer(c, deps, body, await championOf(deps, c.req.param('id')));
  });
  app.post('/internal/models/:id/predict', async (c) => {
    const body = await bodyOf(c);
    return answer(c, deps, body, await modelOf(deps, c.req.param('id')));
  });
}

async function bodyOf(c: Ctx): Promise<PredictBody> {
  const type = requireMediaType(c, ['application/json', 'text/csv']);
  return type === 'text/csv' ? { kind: 'csv', bytes: await readBody(c) } : { kind: 'json', value: await readJson(c) };
}

async function championOf(deps: PredictDeps, projectId: string) {
  const { champion, loaded } = await deps.champions.current(projectId);
  return { modelId: champion.modelId, loaded };
}

async function modelOf(deps: PredictDeps, modelId: string) {
  const model = await deps.platform.models.model(modelId);
  return { modelId, loaded: await deps.cache.get(model.artifactSha256) };
}

async function answer(c: Ctx, deps: PredictDeps, body: PredictBody, of: { modelId: string; loaded: CachedModel }) {
  const ids = { modelId: of.modelId, requestId: c.get('requestId') };
  const { level } = parseQuery(intervalQuery, c.req.query());
  return c.json(await predictRows(of.loaded, body, ids, deps.threads, level));
}
