import { Hono } from 'hono';
import { OnDemand } from './compute/on-demand.ts';
import type { ComputeThreads } from './compute/threads.ts';
import { requireBearer, requireInternal } from './http/authenticate.ts';
import type { App, Env, Log } from './http/context.ts';
import { addFailures } from './http/failures.ts';
import type { Platform } from './ports.ts';
import { healthRoutes } from './routes/health.ts';
import { internalDataRoutes } from './routes/internal-data.ts';
import { internalModelRoutes } from './routes/internal-models.ts';
import { internalPlanRoutes } from './routes/internal-plan.ts';
import { internalPredictRoutes, publicPredictRoutes } from './routes/predict.ts';
import { scoreRoutes } from './routes/score.ts';
import type { Champions } from './serving/champions.ts';
import type { ModelCache } from './serving/model-cache.ts';

export interface ServeDeps {
  platform: Platform;
  cache: ModelCache;
  champions: Champions;
  threads: ComputeThreads;
  internalToken: string;
  /** folder for the files of batches that are under way */
  scratch: string;
  maxScoreBytes: number;
  log: Log;
  /** how long a request for something heavy waits before it is told to come back; 10 s */
  waitMs?: number | undefined;
}

/** The prediction server as a Hono app: public predictions with a key, and what the dashboard asks over the loopback. */
export function createApp(deps: ServeDeps): App {
  const app = new Hono<Env>();
  addFailures(app, deps.log);
  healthRoutes(app, deps);

  const bearer = requireBearer(deps.platform.keys, deps.platform.limiter);
  for (const prefix of ['', '/api/v1']) {
    app.use(`${prefix}/projects/*`, bearer);
    app.use(`${prefix}/models/*`, bearer);
    publicPredictRoutes(app, prefix, deps);
  }

  app.use('/internal/*', requireInternal(deps.internalToken));
  const answers = new OnDemand({
    maxBytes: 64 * 1024 * 1024,
    ...(deps.waitMs === undefined ? {} : { waitMs: deps.waitMs }),
  });
  internalPredictRoutes(app, deps);
  internalDataRoutes(app, deps, answers);
  internalModelRoutes(app, deps, answers);
  internalPlanRoutes(app, deps, answers);
  scoreRoutes(app, deps);
  return app;
}
