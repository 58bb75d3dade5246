import type { Actor } from '@laurel/access';
import { catalog } from '@laurel/automl/catalog';
import { AppError, type ExperimentRequest, type TrialView } from '@laurel/contracts';
import { notFound } from './http/validate.ts';
import type { Platform } from './platform.ts';

const mostPerFamily = 3;
const most = 10;
/** As many as a request may hold. */
const mostInAll = 20;

/**
 * The request with the best configurations of the experiment that it starts from. They are stored with the request, so
 * that it can be repeated when that experiment is gone. An experiment of another project answers like an unknown one.
 */
export async function withWarmStarts(
  platform: Platform,
  actor: Actor,
  request: ExperimentRequest,
): Promise<ExperimentRequest> {
  const { warmStartFrom, datasetId, warmStarts: given = [] } = request;
  if (warmStartFrom === undefined) return request;
  const earlier = await platform.db.experiments.get(actor, warmStartFrom);
  const dataset = await platform.db.datasets.get(actor, datasetId);
  if (earlier.projectId !== dataset.projectId) throw notFound('experiment');
  const trials = await platform.db.experiments.trials(actor, warmStartFrom);
  const found = bestConfigs(trials, earlier.metric?.higherIsBetter ?? true);
  if (found.length === 0) {
    throw new AppError(
      'STATE_INVALID',
      'The experiment to start from has no finished model. Choose another one, or wait until it has one.',
    );
  }
  const known = new Set(given.map((start) => JSON.stringify(start)));
  const added = found.filter((start) => !known.has(JSON.stringify(start)));
  return { ...request, warmStarts: [...given, ...added].slice(0, mostInAll) };
}

/** The best configurations on all rows: at most three of a family and ten in all, the best first. Pure. */
export function bestConfigs(trials: readonly TrialView[], higherIsBetter: boolean) {
  const searched = new Set<string>(
    catalog.filter((family) => !family.combines && !family.reference).map((family) => family.id),
  );
  const direction = higherIsBetter ? -1 : 1;
  const ranked = trials
    .filter((trial) => trial.status === 'completed' && trial.score !== null && (trial.rungRows ?? null) === null)
    .filter((trial) => searched.has(trial.family))
    .sort((a, b) => (a.score! - b.score!) * direction || a.number - b.number);
  const taken = new Map<string, number>();
  const chosen = ranked.filter(({ family }) => {
    const count = taken.get(family) ?? 0;
    taken.set(family, count + 1);
    return count < mostPerFamily;
  });
  return chosen.slice(0, most).map(({ family, config }) => ({ family, config }));
}
