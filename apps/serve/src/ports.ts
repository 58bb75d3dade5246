import type { Actor } from '@laurel/access';
import type { DatasetProfile, ExperimentPlan, ModelView } from '@laurel/contracts';

/**
 * What the prediction server asks of the world. In the platform these are the database and the blob store; an exported
 * image has files instead, and nothing outside `platform/` can tell the difference.
 */
export interface Platform {
  champions: ChampionSource;
  keys: KeyVerifier;
  models: ModelSource;
  data: DataSource;
  limiter: RateLimiter;
  /** throws when predictions by models that are not in memory are impossible at the moment */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface Champion {
  projectId: string;
  modelId: string;
  artifactSha256: string;
  /** rises with every promotion of the project */
  sequence: number;
}

export interface ChampionSource {
  all(): Promise<Champion[]>;
  /** calls `onChange` soon after a champion changed; resolves with a function that stops it. A hint: `all` is polled too */
  watch(onChange: () => void): Promise<() => Promise<void>>;
}

export interface KeyVerifier {
  /** whose API key or session token this is; null when it is unknown, revoked or expired */
  verify(token: string): Promise<Actor | null>;
  /** NOT_FOUND or FORBIDDEN when the actor may not predict with it */
  mayPredict(actor: Actor, kind: 'project' | 'model', id: string): Promise<void>;
}

export interface ServedModel {
  id: string;
  projectId: string;
  experimentId: string;
  datasetId: string;
  trialId: string;
  artifactSha256: string;
  plan: ExperimentPlan;
}

export interface RankedModel {
  modelId: string;
  score: number;
  foldScores: number[];
}

export interface ModelSource {
  /** NOT_FOUND for an unknown id, ARTIFACT_CORRUPT when the model was not kept */
  model(modelId: string): Promise<ServedModel>;
  /** ARTIFACT_CORRUPT when what is stored does not have this hash */
  artifact(sha256: string): Promise<Uint8Array>;
  /** what the dashboard shows of it */
  view(modelId: string): Promise<ModelView>;
  /** whether the experiment's holdout was opened by somebody */
  holdoutOpened(experimentId: string): Promise<boolean>;
  /** the experiment's models that have a score, best first; `foldScores` is empty where a fold has none */
  ofExperiment(experimentId: string): Promise<RankedModel[]>;
}

export interface DataSource {
  /** NOT_FOUND for an unknown id, DATASET_NOT_READY before it was profiled */
  profile(datasetId: string): Promise<DatasetProfile>;
  /** local files for the compute thread; NOT_FOUND when there is none */
  tablePath(datasetId: string): Promise<string>;
  preparedPath(experimentId: string): Promise<string>;
  predictionsPath(experimentId: string, trialId: string): Promise<string>;
}

export interface RateLimiter {
  /** seconds to wait, 0 when the request may go on */
  take(key: string): number;
}
