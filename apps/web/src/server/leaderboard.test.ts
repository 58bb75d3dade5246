import type { ExperimentView, ModelView } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { leaderboardCsv, leaderboardOf } from './leaderboard.ts';

const metric = { id: 'roc_auc', label: 'ROC AUC', higherIsBetter: true };
const model = (id: string, family: string, mean: number, more: Partial<ModelView> = {}) =>
  ({
    id,
    family,
    name: `${family}, quoted "x"`,
    trialNumber: 1,
    metric,
    score: { mean, std: 0.01, ciLow: null, ciHigh: null },
    metrics: { roc_auc: mean, f1: null },
    holdout: null,
    fitSeconds: 1,
    predictMsPerRow: 0.1,
    sizeBytes: 10,
    champion: false,
    ...more,
  }) as ModelView;
const experiment = { metric, winnerModelId: 'm1' } as ExperimentView;

describe('leaderboardOf', () => {
  it('ranks, and says of each model what it is', () => {
    const models = [
      model('m1', 'gbm', 0.9),
      model('m2', 'ensemble', 0.89),
      model('m3', 'baseline', 0.5, { champion: true }),
    ];
    const board = leaderboardOf(experiment, models, { tied: ['m1', 'm2'], tested: ['m1', 'm2'] });
    expect(board.rows.map((row) => [row.rank, row.modelId, row.badges, row.tiedWithBest])).toEqual([
      [1, 'm1', ['best', 'winner'], true],
      [2, 'm2', ['ensemble', 'not-better-than-best'], true],
      [3, 'm3', ['baseline', 'champion'], null],
    ]);
  });

  it('does not call an ensemble worse that is better than every single model', () => {
    const board = leaderboardOf(experiment, [model('m1', 'ensemble', 0.91), model('m2', 'gbm', 0.9)], null);
    expect(board.rows[0]!.badges).toEqual(['best', 'ensemble', 'winner']);
    expect(board.rows[0]!.tiedWithBest).toBeNull();
  });

  it('writes a line for each model, quoted where needed, with empty cells for what is not known', () => {
    const lines = leaderboardCsv(leaderboardOf(experiment, [model('m1', 'gbm', 0.9)], null))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]!.endsWith('badges,f1,roc_auc')).toBe(true);
    expect(lines[1]).toContain('"gbm, quoted ""x"""');
    expect(lines[1]!.endsWith('best winner,,0.9')).toBe(true);
  });
});
