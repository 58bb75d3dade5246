import type { ExperimentView, ModelView, PredictResponse } from '@laurel/contracts';
import { median, quantile, until } from '../numbers.ts';
import { apiOf } from './api.ts';
import type { Group } from './group.ts';
import { promote } from './people.ts';
import { diamonds, penguins, type Sample, type World } from './world.ts';

const servers = ['serve', 'web'] as const;
type Server = (typeof servers)[number];
/** the same experiments that the group of that name runs, so they are not run twice */
const runs: { sample: Sample; seconds: number }[] = [
  { sample: penguins, seconds: 30 },
  { sample: diamonds, seconds: 60 },
];
const caseOf = (sample: Sample, server: Server, what: 'median' | 'p95') =>
  `one row over HTTP, champion of ${sample.name}, by ${server}: ${what}`;
const targetMs = 20;
const warmUps = 30;
const requests = 300;

/** Requests one after the other on a kept connection, as an application sends them. */
export const predictions: Group = {
  name: 'predict',
  cases: runs.flatMap(({ sample }) =>
    servers.flatMap((server) => [caseOf(sample, server, 'median'), caseOf(sample, server, 'p95')]),
  ),
  async run(world, record) {
    for (const { sample, seconds } of runs) {
      const champion = await championOf(world, sample, seconds);
      for (const server of servers) {
        const times = await latencies(world, champion, server);
        const details = { model: champion.name, sizeBytes: champion.sizeBytes, requests };
        const target = { unit: 'ms', peer: targetMs, peerName: 'target' };
        record.add({ case: caseOf(sample, server, 'median'), value: median(times), ...target, details });
        record.add({ case: caseOf(sample, server, 'p95'), value: quantile(times, 0.95), unit: 'ms' });
      }
    }
  },
};

interface Champion {
  projectId: string;
  name: string;
  sizeBytes: number | undefined;
  row: Record<string, unknown>;
}

async function championOf(world: World, sample: Sample, seconds: number): Promise<Champion> {
  const experiment: ExperimentView = await world.experiment(sample, seconds);
  const { projectId } = experiment;
  const api = await world.api();
  const model = await api.get<ModelView & { sizeBytes?: number }>(`/models/${experiment.winnerModelId}`);
  await promote(world, projectId, model.id);
  const { ports, credentials } = await world.platform();
  const serve = apiOf(ports.serve, credentials.apiKey);
  const row = Object.fromEntries(model.inputs.map((input) => [input.name, input.example]));
  await until(
    'the first answer of the champion',
    () =>
      serve.post<PredictResponse>(`/projects/${projectId}/predict`, { rows: [row] }).then(
        (answer) => (answer.modelId === model.id ? true : null),
        () => null, // serve hears of the promotion a moment later
      ),
    { everyMs: 100, limitMs: 15_000 },
  );
  return { projectId, name: model.name, sizeBytes: model.sizeBytes, row };
}

async function latencies(world: World, { projectId, row }: Champion, server: Server): Promise<number[]> {
  const { ports, credentials } = await world.platform();
  const api = apiOf(ports[server], credentials.apiKey);
  const times: number[] = [];
  for (let i = 0; i < warmUps + requests; i++) {
    const startedAt = performance.now();
    await api.post(`/projects/${projectId}/predict`, { rows: [row] });
    times.push(performance.now() - startedAt);
  }
  return times.slice(warmUps);
}
