import type { TrialView } from '@laurel/contracts';
import { until } from '../numbers.ts';
import type { Group } from './group.ts';
import { diamonds, trialsOf } from './world.ts';

const again = 'kill -9 of the worker: until its trial runs again';

/**
 * The launcher's first back-off of 1 s is part of it. One trial that runs for seconds, boosting on diamonds, and no
 * others: a lost trial is queued behind those that wait already, whose time would be measured as well.
 */
export const workerRestart: Group = {
  name: 'worker-restart',
  cases: [again],
  async run(world, record) {
    const { id } = await world.dataset(diamonds);
    const api = await world.api();
    const platform = await world.platform();
    const body = { datasetId: id, target: diamonds.target, budget: { trials: 1 }, families: ['gbm'], seed: 2 };
    const experiment = await api.post<{ id: string }>('/experiments', body);
    const limits = { everyMs: 20, limitMs: 90_000 };
    const find = async (wanted: (trial: TrialView) => boolean) =>
      (await trialsOf(api, experiment.id)).find(wanted) ?? null;
    const victim = await until('a running trial', () => find((trial) => trial.status === 'running'), limits);
    const killedAt = performance.now();
    process.kill(platform.pidOf('worker'), 'SIGKILL');
    // A trial that is lost counts a second attempt when a worker has claimed it again.
    const isBack = ({ id: trialId, attempts, status }: TrialView) =>
      trialId === victim.id && attempts > victim.attempts && (status === 'running' || status === 'completed');
    await until('the second attempt', () => find(isBack), limits);
    record.add({ case: again, value: (performance.now() - killedAt) / 1000, unit: 's' });
    await api.post(`/experiments/${experiment.id}/cancel`, {});
  },
};
