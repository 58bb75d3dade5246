import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentView, TrialView } from '@laurel/contracts';
import { until } from '../numbers.ts';
import { root } from '../record.ts';
import { type Api, apiOf } from './api.ts';
import { discard, launch, type Platform } from './launch.ts';

/** A table that every installation has, and what is predicted in it. */
export interface Sample {
  name: 'penguins' | 'diamonds';
  target: string;
}
export const penguins: Sample = { name: 'penguins', target: 'species' };
export const diamonds: Sample = { name: 'diamonds', target: 'price' };

export interface Dataset {
  id: string;
  projectId: string;
}

export interface World {
  /** the running platform; the first call starts it */
  platform(): Promise<Platform>;
  /** stops it and starts it again on the same data and ports */
  restart(env?: Record<string, string>): Promise<Platform>;
  /** the API as the administrator's key */
  api(): Promise<Api>;
  /** uploads the sample once and answers it when it is profiled */
  dataset(sample: Sample): Promise<Dataset>;
  /** runs an experiment of so many seconds once, to its end */
  experiment(sample: Sample, seconds: number): Promise<ExperimentView>;
  close(): Promise<void>;
}

/** One platform for all measurements, with what they share of data and experiments. Made when first asked for. */
export function createWorld(): World {
  let current: Platform | null = null;
  const datasets = new Map<string, Dataset>();
  const experiments = new Map<string, ExperimentView>();

  const platform = async () => {
    current ??= await launch();
    return current;
  };
  const api = async () => {
    const { ports, credentials } = await platform();
    return apiOf(ports.web, credentials.apiKey);
  };
  const dataset = async (sample: Sample) => {
    const known = datasets.get(sample.name) ?? (await upload(await api(), sample)).dataset;
    datasets.set(sample.name, known);
    return known;
  };
  return {
    platform,
    api,
    dataset,
    async restart(env = {}) {
      const { home, ports } = await platform();
      await current?.stop();
      current = null;
      current = await launch({ home, ports, env });
      return current;
    },
    async experiment(sample, seconds) {
      const key = `${sample.name} ${seconds}`;
      const known = experiments.get(key);
      if (known) return known;
      const { id } = await dataset(sample);
      const admin = await api();
      const started = await admin.post<ExperimentView>('/experiments', {
        datasetId: id,
        target: sample.target,
        budget: { seconds },
        seed: 7,
        name: `${key} s`,
      });
      const view = await untilEnded(admin, started.id, (seconds + 90) * 1000);
      experiments.set(key, view);
      return view;
    },
    async close() {
      if (!current) return;
      await current.stop();
      discard(current.home);
      current = null;
    },
  };
}

/** The bytes of a sample, from the package that Laurel takes its samples from. */
export function sampleBytes({ name }: Sample): Buffer {
  const folder = join(root, 'node_modules/@observablehq/sample-datasets');
  return readFileSync(join(folder, `${name}.csv`));
}

/** Uploads into a new project; answers the seconds until the table was profiled. */
export async function upload(api: Api, sample: Sample): Promise<{ dataset: Dataset; seconds: number }> {
  const bytes = sampleBytes(sample);
  const startedAt = performance.now();
  const name = `${sample.name}-${randomBytes(3).toString('hex')}`;
  const dataset = await api.upload<Dataset>(`/datasets?name=${name}`, bytes, 'text/csv');
  await until(
    `the profile of ${sample.name}`,
    async () => {
      const { status, error } = await api.get<{ status: string; error: unknown }>(`/datasets/${dataset.id}`);
      if (status === 'failed') throw new Error(`${sample.name} could not be read: ${JSON.stringify(error)}`);
      return status === 'ready' ? true : null;
    },
    { everyMs: 10, limitMs: 120_000 },
  );
  return { dataset, seconds: (performance.now() - startedAt) / 1000 };
}

/** @throws when the experiment ends without models */
export async function untilEnded(api: Api, experimentId: string, limitMs: number): Promise<ExperimentView> {
  const view = await until(
    'the end of the experiment',
    async () => {
      const now = await api.get<ExperimentView>(`/experiments/${experimentId}`);
      return ['completed', 'failed', 'cancelled'].includes(now.status) ? now : null;
    },
    { everyMs: 250, limitMs },
  );
  if (view.status !== 'completed') throw new Error(`the experiment ended as ${view.status}: ${view.error?.message}`);
  return view;
}

export async function trialsOf(api: Api, experimentId: string): Promise<TrialView[]> {
  return (await api.get<{ items: TrialView[] }>(`/experiments/${experimentId}/trials`)).items;
}
