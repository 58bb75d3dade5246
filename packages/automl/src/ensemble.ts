import { AppError } from '@laurel/contracts';
import { isBetter } from '@laurel/evaluation';
import { deriveSeed } from '@laurel/tabular';
import { writeEnsemble } from './artifact.ts';
import { selectBagged } from './ensembles/bagged-selection.ts';
import { isClearlyBetter } from './ensembles/clearly-better.ts';
import { crossFitted, isBetterByParts } from './ensembles/cross-fit.ts';
import { ensembleLimits, membersWithin } from './ensembles/limits.ts';
import { chooseMembers, rowCandidates } from './ensembles/members.ts';
import { applyStack } from './ensembles/stack.ts';
import { betterStack, type Stacked } from './ensembles/stacking.ts';
import { createTimeShares } from './ensembles/time-shares.ts';
import { finishPredictions, finishTrial } from './finish/finish.ts';
import { pooledMean } from './pooling.ts';
import { metricOf, outputsOf } from './scoring.ts';
import { selectGreedily } from './selection.ts';
import type { EngineContext, EnsembleMember, PreparedData, TrialResult, TrialSpec } from './types.ts';

/** Above 25 no measurable improvement; with many models to choose from some more. */
const [rounds, manyRounds, manyMembers] = [25, 40, 20];
/** Selections on halves of the rows whose weights are averaged, and those of each part when cross-fitting. */
const [bags, crossBags] = [20, 10];
const leastWeight = 0.01;

/**
 * Greedy ensemble selection with replacement on out-of-fold predictions (Caruana et al. 2004), or a linear model on
 * them where that is clearly better. What is reported is the cross-fitted score: weights chosen on four fifths of the
 * rows score the last fifth. The artifact has the weights chosen on all rows.
 */
export async function runEnsemble(
  prepared: PreparedData,
  spec: TrialSpec,
  all: readonly EnsembleMember[],
  context: EngineContext,
): Promise<TrialResult> {
  if (all.length === 0) throw new AppError('STATE_INVALID', 'An ensemble needs finished models, and there are none.');
  const { plan } = prepared;
  const startMs = context.now();
  const time = createTimeShares({ now: context.now, capMs: spec.capMs, repeated: spec.repeat });
  const { until } = time;
  const metric = metricOf(plan.metric);
  const best = chooseMembers(all, metric.higherIsBetter);
  const members = membersWithin(best, ensembleLimits(plan.constraints), () => {
    const everyone = rowCandidates(prepared, best).some(spec.seed);
    return selectGreedily(plan, everyone, { rounds, isOver: until(0.1) }).weights;
  });
  const candidates = rowCandidates(prepared, members);
  const limit = members.length >= manyMembers ? manyRounds : rounds;
  const { trajectory } = selectGreedily(plan, candidates.some(spec.seed), { rounds: limit, isOver: until(0.1) });
  const chosen = selectBagged(plan, candidates, { rounds: limit, bags, seed: spec.seed, isOver: until(0.2) });
  const weights = dropSmall(chosen);
  const cross = await crossFitted(prepared, candidates, spec.seed, context, (rows, part, parts) => {
    const isOver = until(0.2 + (0.3 * (part + 1)) / parts);
    return selectBagged(plan, rows, { rounds: limit, bags: crossBags, seed: deriveSeed(spec.seed, part), isOver });
  });
  const stacked = until(0.5)()
    ? null
    : await betterStack(prepared, candidates, { weights, cross }, spec.seed, context, until(0.8));
  const oof = candidates.spread(stacked ? stacked.crossFitted : cross.mixture);
  const finished = finishTrial(prepared, oof, spec.seed, { calibrated: stacked !== null });
  const used = members
    .map((member, i) => ({ member, weight: weights[i]!, index: i }))
    .filter(({ weight }) => weight > 0);
  const finishing = finished.finishing;
  const holdout = together(members, weights, stacked, outputsOf(plan));
  return {
    ...finished,
    fitSeconds: (context.now() - startMs) / 1000,
    predictMsPerRow: used.reduce((sum, { member }) => sum + member.predictMsPerRow, 0),
    holdout: finishPredictions(plan, holdout, finishing),
    learningCurves: {
      iterations: [{ series: 'selection', points: trajectory.map((score, i) => [i + 1, score]) }],
      iterationLabel: 'round',
      sampleSize: [],
    },
    name: nameOf(used.length, stacked !== null),
    artifact: writeEnsemble(
      prepared,
      spec.family,
      used.map(({ member, weight }) => ({ artifact: member.artifact, weight, name: member.name })),
      { finishing, stack: stacked?.model },
    ),
    members: used.map(({ member, weight }) => ({ trialNumber: member.trialNumber, weight })),
    truncated: false,
    fits: time.fits({ rows: candidates.rows.length, iterations: trajectory.length }),
    notBetterThanBest: !isWorthIt(),
  };

  /**
   * Better than the best single model where both are chosen on other rows; and clearly so where a single model has the
   * better score after all: for a gap that may be luck nobody wants several models.
   */
  function isWorthIt(): boolean {
    const ours = stacked?.crossFitted ?? cross.mixture;
    if (!isBetterByParts(plan, candidates, cross, ours, cross.single)) return false;
    if (!isBetter(metric, best[0]!.score, finished.score)) return true;
    return isClearlyBetter(prepared, candidates, ours, cross.single, deriveSeed(spec.seed, 'guard'));
  }
}

function nameOf(count: number, stacked: boolean): string {
  const what = stacked ? 'Stack' : 'Ensemble';
  return count === 1 ? `${what} of one model` : `${what} of ${count} models`;
}

function dropSmall(weights: readonly number[]): number[] {
  const kept = weights.map((weight) => (weight < leastWeight ? 0 : weight));
  const total = kept.reduce((sum, weight) => sum + weight, 0);
  return kept.map((weight) => weight / total);
}

/** Predictions of the sealed rows by the whole. */
function together(
  members: readonly EnsembleMember[],
  weights: readonly number[],
  stacked: Stacked | null,
  outputs: number,
): Float32Array {
  const parts = members.filter((_, m) => weights[m]! > 0).map((member) => Float64Array.from(member.holdout));
  if (stacked) return Float32Array.from(applyStack(stacked.model, parts, outputs));
  const used = weights.filter((weight) => weight > 0);
  const pooled = pooledMean(
    parts.map((values, m) => ({ weight: used[m]!, values })),
    outputs,
    ({ values }) => values,
  );
  return Float32Array.from(pooled);
}
