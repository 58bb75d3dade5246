import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor } from '@laurel/access';
import { loadModel } from '@laurel/automl';
import { AppError, type ModelView } from '@laurel/contracts';
import { createApp } from '../app.ts';
import { ComputeThreads } from '../compute/threads.ts';
import { createRateLimiter } from '../platform/rate-limiter.ts';
import type { Champion, Platform } from '../ports.ts';
import { Champions } from '../serving/champions.ts';
import { ModelCache } from '../serving/model-cache.ts';
import { type Trained, writeRun } from './trained.ts';

export const internalToken = 'internal-token-of-the-tests-0123456789';
export const apiKey = 'lrl_test';
const viewer: Actor = {
  kind: 'api_key',
  userId: 'usr_viewer',
  name: 'Viewer',
  apiKeyId: 'key_1',
  installationRole: 'member',
  scopes: null,
  mayApprove: false,
  requestId: null,
};

/** The ports over one trained run in memory and its files, with switches for what can go wrong. */
export async function memoryPlatform(run: Trained) {
  const directory = await mkdtemp(join(tmpdir(), 'laurel serve '));
  const paths = await writeRun(directory, run);
  const world = {
    directory,
    paths,
    champions: [] as Champion[],
    away: false,
    holdoutOpened: false,
    damaged: new Set<string>(),
    /** artifacts that the source fails to give for now */
    unreadable: new Set<string>(),
    onChange: () => {},
  };
  const reach = () => {
    if (world.away) throw new Error('connect ECONNREFUSED');
  };
  const known = (modelId: string) => {
    reach();
    const model = run.models.find(({ trialNumber }) => modelIdOf(trialNumber) === modelId);
    if (model === undefined) throw new AppError('NOT_FOUND', 'There is no such model.');
    return model;
  };
  const platform: Platform = {
    champions: {
      async all() {
        reach();
        return world.champions.slice();
      },
      async watch(onChange) {
        world.onChange = onChange;
        return async () => {};
      },
    },
    keys: {
      async verify(token) {
        return token === apiKey ? viewer : null;
      },
      async mayPredict(_, kind, id) {
        if (id.startsWith(kind === 'project' ? 'prj_foreign' : 'mdl_foreign'))
          throw new AppError('NOT_FOUND', 'There is no such thing.');
      },
    },
    models: {
      async model(modelId) {
        const { trialNumber, sha256 } = known(modelId);
        const ids = {
          id: modelId,
          projectId: 'prj_1',
          experimentId: 'exp_1',
          datasetId: 'ds_1',
          trialId: `trl_${trialNumber}`,
        };
        return { ...ids, artifactSha256: sha256, plan: run.prepared.plan };
      },
      async artifact(sha256) {
        reach();
        if (world.unreadable.has(sha256)) throw new Error('read ECONNRESET');
        const model = run.models.find((one) => one.sha256 === sha256);
        if (model === undefined || world.damaged.has(sha256))
          throw new AppError('ARTIFACT_CORRUPT', 'The stored model is damaged.');
        return model.artifact;
      },
      async view(modelId) {
        return viewOf(run, known(modelId).trialNumber);
      },
      holdoutOpened: async () => world.holdoutOpened,
      ofExperiment: async () =>
        run.models.map(({ trialNumber, result }) => ({
          modelId: modelIdOf(trialNumber),
          score: result.score,
          foldScores: result.foldScores,
        })),
    },
    data: {
      profile: async () => run.profile,
      async tablePath(datasetId) {
        if (datasetId !== 'ds_1') throw new AppError('NOT_FOUND', 'There is no such dataset.');
        return paths.table;
      },
      preparedPath: async () => paths.prepared,
      predictionsPath: async (_, trialId) => paths.predictions(Number(trialId.slice(4))),
    },
    limiter: createRateLimiter({ perSecond: 100_000, burst: 100_000 }),
    async ping() {
      reach();
    },
    async close() {},
  };
  return { platform, world };
}

export function modelIdOf(trialNumber: number): string {
  return `mdl_${trialNumber}`;
}

function viewOf(run: Trained, trialNumber: number): ModelView {
  const { result, sha256, artifact, family, config } = run.models.find((one) => one.trialNumber === trialNumber)!;
  const { plan, inputs } = run.prepared;
  return {
    id: modelIdOf(trialNumber),
    projectId: 'prj_1',
    experimentId: 'exp_1',
    trialNumber,
    family,
    name: result.name,
    task: plan.task,
    target: plan.target,
    labels: plan.labels,
    positiveClass: plan.positiveClass,
    metric: { id: plan.metric, label: plan.metric, higherIsBetter: false },
    score: result.validation,
    metrics: result.metrics,
    holdout: null,
    config,
    inputs,
    lineage: {
      datasetId: 'ds_1',
      datasetName: 'flowers',
      datasetVersion: 1,
      datasetSha256: '',
      splitSha256: run.prepared.splitSha256,
      seed: plan.seed,
      codeVersion: 'test',
      artifactSha256: sha256,
      members: [],
    },
    sizeBytes: artifact.length,
    fitSeconds: result.fitSeconds,
    predictMsPerRow: result.predictMsPerRow,
    hasArtifact: true,
    champion: false,
    createdAt: new Date(0).toISOString(),
  };
}

/** The whole app over these ports; `ask` sends a request to it and parses the answer. */
export async function startApp(run: Trained, options: { waitMs?: number; maxScoreBytes?: number } = {}) {
  const { platform, world } = await memoryPlatform(run);
  const artifact = (sha256: string) => platform.models.artifact(sha256);
  const logged: string[] = [];
  const log = (level: string, message: string, fields?: Record<string, unknown>) => {
    logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  const cache = new ModelCache({ artifact, load: loadModel, maxBytes: 100_000_000 });
  const champions = new Champions({ source: platform.champions, cache, log, pollMs: 50 });
  const threads = new ComputeThreads({ size: 1, artifact });
  const app = createApp({
    platform,
    cache,
    champions,
    threads,
    internalToken,
    scratch: world.directory,
    maxScoreBytes: options.maxScoreBytes ?? 10_000_000,
    log,
    waitMs: options.waitMs,
  });
  await champions.start();
  return {
    app,
    world,
    champions,
    threads,
    logged,
    get: (path: string) => app.request(path, { headers: { 'x-laurel-internal': internalToken } }),
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      app.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...credentialsFor(path), ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
      }),
    async close() {
      await champions.close();
      await threads.close();
    },
  };
}

function credentialsFor(path: string): Record<string, string> {
  return path.startsWith('/internal') ? { 'x-laurel-internal': internalToken } : { authorization: `Bearer ${apiKey}` };
}
