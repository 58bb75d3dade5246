import { AppError, predictsValues } from '@laurel/contracts';
import { metricById } from '@laurel/evaluation';
import { createRandom, deriveSeed, stratifiedFolds } from '@laurel/tabular';
import { writeEnsemble } from './artifact.ts';
import { metricOf, outputsOf, type ScoringPlan, scoredRows, shapeOf } from './scoring.ts';
import { type Candidates, selectGreedily } from './selection.ts';
import { scoreOf } from './trial/score.ts';
import type { EngineContext, EnsembleMember, PreparedData, TrialResult, TrialSpec } from './types.ts';

const rounds = 25;
const crossFolds = 5;
/** Members that take part at most: the best by score. */
const mostMembers = 40;
/** Rows that the selection looks at; more make it slower and hardly better. */
const mostRows = 10_000;
const leastWeight = 0.01;

/**
 * Greedy ensemble selection with replacement on out-of-fold predictions (Caruana et al. 2004). What is reported is
 * the cross-fitted score: weights chosen on four fifths of the rows score the last fifth. The artifact has the
 * weights chosen on all rows.
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
  const deadlineMs = startMs + spec.capMs * 0.8;
  const metric = metricOf(plan.metric);
  const members = chooseMembers(all, metric.higherIsBetter);
  const candidates = candidatesOf(prepared, members);
  const subset = sampleRows(candidates.rows.length, spec.seed);
  const chosen = selectGreedily(plan, candidates.only(subset), {
    rounds,
    isOver: () => context.now() > startMs + spec.capMs * 0.3,
  });
  const weights = dropSmall(chosen.weights);
  const oof = await crossFit(prepared, candidates, spec.seed, deadlineMs, context);
  const used = members.map((member, i) => ({ member, weight: weights[i]! })).filter(({ weight }) => weight > 0);
  const scored = scoreOf(prepared, oof, foldScoresOf(prepared, oof));
  const best = bestScore(members, metric.higherIsBetter);
  return {
    ...scored,
    fitSeconds: (context.now() - startMs) / 1000,
    predictMsPerRow: used.reduce((sum, { member }) => sum + member.predictMsPerRow, 0),
    holdout: blend(
      members.map((member) => member.holdout),
      weights,
    ),
    learningCurves: {
      iterations: [{ series: 'selection', points: chosen.trajectory.map((score, i) => [i + 1, score]) }],
      iterationLabel: 'round',
      sampleSize: [],
    },
    name: used.length === 1 ? 'Ensemble of one model' : `Ensemble of ${used.length} models`,
    artifact: writeEnsemble(
      prepared,
      spec.family,
      used.map(({ member, weight }) => ({ artifact: member.artifact, weight, name: member.name })),
    ),
    members: used.map(({ member, weight }) => ({ trialNumber: member.trialNumber, weight })),
    truncated: false,
    fits: [],
    notBetterThanBest: !(metric.higherIsBetter ? scored.score > best : scored.score < best),
  };
}

/** At most 40 members, the best first; ties by trial number, so that the order of arrival does not matter. */
function chooseMembers(all: readonly EnsembleMember[], higherIsBetter: boolean): EnsembleMember[] {
  const direction = higherIsBetter ? -1 : 1;
  const ranked = [...all].sort((a, b) => (a.score - b.score) * direction || a.trialNumber - b.trialNumber);
  return ranked.slice(0, mostMembers);
}

function bestScore(members: readonly EnsembleMember[], higherIsBetter: boolean): number {
  const scores = members.map((member) => member.score);
  return higherIsBetter ? Math.max(...scores) : Math.min(...scores);
}

interface RowCandidates extends Candidates {
  /** training rows that every member has predicted */
  rows: Int32Array;
  only(positions: Int32Array): Candidates;
}

function candidatesOf(prepared: PreparedData, members: readonly EnsembleMember[]): RowCandidates {
  const { plan, trainingRows } = prepared;
  const outputs = outputsOf(plan);
  const target = prepared.target.subarray(0, trainingRows);
  // A sum is finite where every part is.
  const sum = Float64Array.from(members[0]!.oof);
  for (const member of members.slice(1)) for (let i = 0; i < sum.length; i++) sum[i]! += member.oof[i]!;
  const whole = scoredRows(target, sum, outputs);
  const pick = (rows: Int32Array): Candidates => ({
    target: Float64Array.from(rows, (row) => target[row]!),
    predictions: members.map((member) => rowsOf(member.oof, rows, outputs)),
  });
  return {
    rows: whole.rows,
    ...pick(whole.rows),
    only: (positions) => pick(Int32Array.from(positions, (at) => whole.rows[at]!)),
  };
}

/** Positions 0..count-1, or a random part of them, ascending. */
function sampleRows(count: number, seed: number): Int32Array {
  const positions = Int32Array.from({ length: count }, (_, i) => i);
  if (count <= mostRows) return positions;
  return createRandom(deriveSeed(seed, 'rows')).shuffle(positions).slice(0, mostRows).sort();
}

/** Out-of-fold predictions of the ensemble itself; NaN where a member has none. */
async function crossFit(
  prepared: PreparedData,
  candidates: RowCandidates,
  seed: number,
  deadlineMs: number,
  context: EngineContext,
): Promise<Float32Array> {
  const { plan } = prepared;
  const outputs = outputsOf(plan);
  const kind = predictsValues(plan.task) ? 'values' : 'classes';
  const folds = stratifiedFolds({
    target: candidates.target,
    kind,
    seed: deriveSeed(seed, 'cross'),
    folds: crossFolds,
  })[0]!;
  const oof = new Float32Array(prepared.trainingRows * outputs).fill(Number.NaN);
  for (let fold = 0; fold < crossFolds; fold++) {
    context.signal?.throwIfAborted();
    const positions = Int32Array.from({ length: folds.length }, (_, i) => i);
    // A class too rare for the folds is in every selection and scored by the first of them.
    const inFold = (i: number) => folds[i] === fold || (fold === 0 && folds[i] === -1);
    const training = positions.filter((i) => folds[i] !== fold);
    const part = sampleRows(training.length, deriveSeed(seed, fold)).map((at) => training[at]!);
    const share = context.now() + (deadlineMs - context.now()) / (crossFolds - fold);
    const { weights } = selectGreedily(plan, candidates.only(part), { rounds, isOver: () => context.now() > share });
    for (const at of positions.filter(inFold)) {
      const row = candidates.rows[at]!;
      for (let k = 0; k < outputs; k++) {
        let sum = 0;
        weights.forEach((weight, m) => {
          if (weight > 0) sum += weight * candidates.predictions[m]![at * outputs + k]!;
        });
        oof[row * outputs + k] = sum;
      }
    }
  }
  return oof;
}

/** Scores of the ensemble on the folds of the trials, so that its spread compares with theirs. */
function foldScoresOf(prepared: PreparedData, oof: Float32Array): number[] {
  const plan: ScoringPlan = prepared.plan;
  const metric = metricById(plan.metric)!;
  const outputs = outputsOf(plan);
  return prepared.folds.flatMap((fold) => {
    const numbers = [...new Set(fold)].filter((number) => number >= 0).sort((a, b) => a - b);
    return numbers.map((number) => {
      const rows = Int32Array.from({ length: fold.length }, (_, i) => i).filter(
        (i) => fold[i] === number && !Number.isNaN(oof[i * outputs]!),
      );
      const target = Float64Array.from(rows, (row) => prepared.target[row]!);
      return metric.compute(target, rowsOf(oof, rows, outputs), shapeOf(plan));
    });
  });
}

function dropSmall(weights: readonly number[]): number[] {
  const kept = weights.map((weight) => (weight < leastWeight ? 0 : weight));
  const total = kept.reduce((sum, weight) => sum + weight, 0);
  return kept.map((weight) => weight / total);
}

function blend(parts: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const sum = new Float64Array(parts[0]!.length);
  parts.forEach((part, m) => {
    if (weights[m]! > 0) for (let i = 0; i < sum.length; i++) sum[i]! += weights[m]! * part[i]!;
  });
  return Float32Array.from(sum);
}

function rowsOf(values: ArrayLike<number>, rows: Int32Array, outputs: number): Float64Array {
  const result = new Float64Array(rows.length * outputs);
  for (let i = 0; i < rows.length; i++) {
    for (let k = 0; k < outputs; k++) result[i * outputs + k] = values[rows[i]! * outputs + k]!;
  }
  return result;
}
