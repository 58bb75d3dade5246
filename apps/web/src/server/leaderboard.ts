import type { Actor } from '@laurel/access';
import { catalog } from '@laurel/automl/catalog';
import {
  AppError,
  type ExperimentView,
  endedStatuses,
  type Leaderboard,
  type LeaderboardRow,
  type ModelView,
} from '@laurel/contracts';
import { csvLine } from './http/csv.ts';
import { log } from './log.ts';
import type { Platform } from './platform.ts';
import { jsonOf } from './serve-client.ts';

const families = new Map(catalog.map((family) => [family.id as string, family]));

/** Which models were tested against the best, and which of these cannot be told from it; null while not known. */
export type Ties = { tied: readonly string[]; tested: readonly string[] } | null;

/**
 * Asks the prediction server which models tie with the best. The board is of use without it, so an answer that is
 * late or missing leaves the ties unknown. Not asked during a run, where each trial would change the answer.
 */
export async function tiesOf(
  platform: Platform,
  actor: Actor,
  experiment: ExperimentView,
  models: readonly ModelView[],
  requestId: string,
): Promise<Ties> {
  if (models.length < 2 || !endedStatuses.includes(experiment.status)) return null;
  try {
    const path = `/internal/experiments/${experiment.id}/ties`;
    const answer = await platform.serve.ask({ method: 'GET', path, actor, requestId, timeoutMs: 2_000 });
    if (answer.status === 202) return null;
    return (await jsonOf(answer)) as NonNullable<Ties>;
  } catch (failure) {
    if (!(failure instanceof AppError) || failure.code !== 'SERVE_UNAVAILABLE') {
      log('warn', 'ties of a leaderboard are not known', { requestId, experimentId: experiment.id, failure });
    }
    return null;
  }
}

/** `models` come best first. Pure. */
export function leaderboardOf(experiment: ExperimentView, models: readonly ModelView[], ties: Ties): Leaderboard {
  const metric = experiment.metric ?? models[0]?.metric ?? { id: '', label: '', higherIsBetter: true };
  const best = models[0];
  const bestSingle = models.find((model) => !families.get(model.family)?.combines);
  const rows = models.map((model, index): LeaderboardRow => {
    const family = families.get(model.family);
    const badges: string[] = [];
    if (model === best) badges.push('best');
    if (family?.reference) badges.push('baseline');
    if (family?.combines) {
      badges.push('ensemble');
      if (!isBetter(model, bestSingle, metric.higherIsBetter)) badges.push('not-better-than-best');
    }
    if (model.id === experiment.winnerModelId) badges.push('winner');
    if (model.champion) badges.push('champion');
    return {
      rank: index + 1,
      modelId: model.id,
      trialNumber: model.trialNumber,
      family: model.family,
      name: model.name,
      validation: model.score,
      holdout: model.holdout,
      metrics: model.metrics,
      fitSeconds: model.fitSeconds,
      predictMsPerRow: model.predictMsPerRow,
      sizeBytes: model.sizeBytes,
      tiedWithBest: ties?.tested.includes(model.id) ? ties.tied.includes(model.id) : null,
      badges,
      champion: model.champion,
    };
  });
  return { metric, rows };
}

function isBetter(model: ModelView, other: ModelView | undefined, higherIsBetter: boolean): boolean {
  const a = model.score.mean;
  const b = other?.score.mean ?? null;
  if (a === null || b === null) return a !== null;
  return higherIsBetter ? a > b : a < b;
}

/** One line per row, numbers exact. */
export function leaderboardCsv(board: Leaderboard): string {
  const metricIds = [...new Set(board.rows.flatMap((row) => Object.keys(row.metrics)))].sort();
  const fixed = ['rank', 'modelId', 'trialNumber', 'family', 'name', 'metric', 'mean', 'std', 'ciLow', 'ciHigh'];
  const tail = [
    'holdout',
    'holdoutCiLow',
    'holdoutCiHigh',
    'fitSeconds',
    'predictMsPerRow',
    'sizeBytes',
    'tiedWithBest',
    'badges',
  ];
  const lines = [csvLine([...fixed, ...tail, ...metricIds])];
  for (const row of board.rows) {
    const { mean, std, ciLow, ciHigh } = row.validation;
    lines.push(
      csvLine([
        ...[row.rank, row.modelId, row.trialNumber, row.family, row.name, board.metric.id, mean, std, ciLow, ciHigh],
        ...[row.holdout?.value, row.holdout?.ciLow, row.holdout?.ciHigh],
        ...[row.fitSeconds, row.predictMsPerRow, row.sizeBytes, row.tiedWithBest, row.badges.join(' ')],
        ...metricIds.map((id) => row.metrics[id]),
      ]),
    );
  }
  return lines.join('');
}
