import { existsSync } from 'node:fs';
import { type Actor, systemActor } from '@laurel/access';
import { AppError } from '@laurel/contracts';
import type { Db } from '@laurel/db';
import { type BlobStore, blobKeys } from '@laurel/storage';
import type {
  ChampionSource,
  DataSource,
  KeyVerifier,
  ModelSource,
  Platform,
  RankedModel,
  RateLimiter,
  ServedModel,
} from '../ports.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { Remembered } from './remembered.ts';

/** Answers of a database that is away are replaced by those remembered; its refusals are not. */
const isAway = (error: unknown) => !(error instanceof AppError) || error.retryable;

/** A key, a role or a model's row counts for 5 s without asking again, and for a quarter of an hour while the database is away. */
const memory = { staleMs: 15 * 60_000, limit: 10_000, keepsWhen: isAway };
const defaultFreshMs = 5000;

/** The ports over the platform's database and blob store. */
export function databasePlatform(options: {
  db: Db;
  blobs: BlobStore;
  limiter?: RateLimiter;
  freshMs?: number;
}): Platform {
  const { db, blobs, freshMs = defaultFreshMs } = options;
  return {
    champions: championSource(db),
    keys: keyVerifier(db, freshMs),
    models: modelSource(db, freshMs),
    data: dataSource(db, blobs),
    limiter: options.limiter ?? createRateLimiter({ perSecond: 500, burst: 2000 }),
    ping: () => db.ping(),
    close: () => db.close(),
  };
}

function championSource(db: Db): ChampionSource {
  return {
    all: () => db.internal.champions(),
    watch: (onChange) => db.internal.listen('champion', onChange),
  };
}

function keyVerifier(db: Db, freshMs: number): KeyVerifier {
  const actors = new Remembered<Actor | null>({ ...memory, freshMs });
  const rights = new Remembered<{ projectId: string }>({ ...memory, freshMs });
  return {
    verify: (token) =>
      actors.get(token, () => (token.startsWith('lrl_') ? db.apiKeys.verify(token) : db.sessions.verify(token))),
    async mayPredict(actor, kind, id) {
      const scopes = actor.scopes === null ? '' : actor.scopes.join(',');
      const key = [actor.userId, actor.installationRole, scopes, kind, id].join(' ');
      await rights.get(key, () => db.access.check(actor, 'predict', { kind, id }));
    },
  };
}

function modelSource(db: Db, freshMs: number): ModelSource {
  const rows = new Remembered<ServedModel>({ ...memory, freshMs });
  return {
    model: (modelId) => rows.get(modelId, () => readModel(db, modelId)),
    artifact: (sha256) => db.internal.readArtifact(sha256),
    view: (modelId) => db.models.get(systemActor, modelId),
    holdoutOpened: async (experimentId) => (await db.experiments.get(systemActor, experimentId)).holdoutOpenings > 0,
    ofExperiment: (experimentId) => rankedModels(db, experimentId),
  };
}

async function rankedModels(db: Db, experimentId: string): Promise<RankedModel[]> {
  const [models, trials] = await Promise.all([
    db.experiments.models(systemActor, experimentId),
    db.experiments.trials(systemActor, experimentId),
  ]);
  const scores = new Map(trials.map((trial) => [trial.modelId, trial.foldScores]));
  return models.flatMap((model) => {
    if (model.score.mean === null) return [];
    const folds = scores.get(model.id) ?? [];
    const whole = folds.every((score) => score !== null) ? (folds as number[]) : [];
    return [{ modelId: model.id, score: model.score.mean, foldScores: whole }];
  });
}

async function readModel(db: Db, modelId: string): Promise<ServedModel> {
  const row = await db.internal.modelForServing(modelId);
  if (row === null)
    throw new AppError('NOT_FOUND', 'There is no such model, or you have no access to it. Check the id.');
  if (row.artifactSha256 === null) {
    throw new AppError(
      'ARTIFACT_CORRUPT',
      'Only the scores and settings of this model were kept, not the model itself. Train it again with the same settings to predict with it.',
    );
  }
  return { ...row, artifactSha256: row.artifactSha256 };
}

function dataSource(db: Db, blobs: BlobStore): DataSource {
  const local = async (key: string, what: string) => {
    if (!(await blobs.exists(key))) {
      throw new AppError('NOT_FOUND', `The ${what} is not stored, or no longer. It may have been deleted.`);
    }
    const path = await blobs.localPath(key);
    if (!existsSync(path))
      throw new AppError('STORAGE_UNAVAILABLE', `The ${what} cannot be read at the moment. Try again.`);
    return path;
  };
  return {
    async profile(datasetId) {
      const profile = await db.internal.datasetProfile(datasetId);
      if (profile === null) {
        throw new AppError(
          'DATASET_NOT_READY',
          'This dataset is not ready: it is still being read, or reading it failed. Look at its status.',
        );
      }
      return profile;
    },
    tablePath: (datasetId) => local(blobKeys.datasetTable(datasetId), 'table of this dataset'),
    preparedPath: (experimentId) => local(blobKeys.prepared(experimentId), 'prepared data of this experiment'),
    predictionsPath: (experimentId, trialId) =>
      local(blobKeys.predictions(experimentId, trialId), 'predictions of this model'),
  };
}
