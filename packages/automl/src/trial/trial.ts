import { writeBag } from '../artifact.ts';
import { runEnsemble } from '../ensemble.ts';
import { type FamilyLookup, familyOf } from '../families.ts';
import { finishPredictions, finishTrial } from '../finish/finish.ts';
import { averageCurves } from '../learning-curves.ts';
import type { FamilyInfo } from '../models/types.ts';
import { configName } from '../names.ts';
import { metricOf, outputsOf } from '../scoring.ts';
import { noCapMs } from '../study/budget.ts';
import type { EngineContext, EnsembleMember, PreparedData, TrialOutcome, TrialSpec } from '../types.ts';
import { Accumulator } from './accumulator.ts';
import { failureOf } from './failure.ts';
import { describeFit, type FoldResult, foldInput, scoreFold } from './fold.ts';
import { lostRace, outOfTime, type Pruning } from './racing.ts';
import { affordableRows, someRows } from './rows.ts';
import { NotANumber } from './score.ts';

/** Share of a cap that is kept for scoring and writing after the last fold, and the most that is kept. */
const finishShare = 0.1;
const mostFinishMs = 10_000;

/**
 * Fits one model on every fold, scores its out-of-fold predictions, predicts the holdout with the bag of fold models
 * and writes the artifact; or builds an ensemble of `members`. A failure of the fit is an outcome; an abort rejects.
 */
export async function runTrial(
  prepared: PreparedData,
  spec: TrialSpec,
  context: EngineContext,
  options: { members?: readonly EnsembleMember[]; lookup?: FamilyLookup } = {},
): Promise<TrialOutcome> {
  try {
    if (spec.kind === 'model') return await fitBag(prepared, spec, context, (options.lookup ?? familyOf)(spec.family));
    return { status: 'completed', ...(await runEnsemble(prepared, spec, options.members ?? [], context)) };
  } catch (error) {
    if (context.signal?.aborted) throw error;
    return { status: 'failed', failure: failureOf(error) };
  }
}

async function fitBag(
  prepared: PreparedData,
  spec: TrialSpec,
  context: EngineContext,
  info: FamilyInfo,
): Promise<TrialOutcome> {
  const { plan, folds: repeats } = prepared;
  const startMs = context.now();
  // Families look at the clock only where there is a limit: with a number of trials nothing may depend on it.
  const limitMs = spec.capMs >= noCapMs ? Number.POSITIVE_INFINITY : spec.capMs;
  const deadlineMs = startMs + limitMs - Math.min(mostFinishMs, limitMs * finishShare);
  const family = await info.load();
  const outputs = outputsOf(plan);
  const rounds = repeats.flatMap((fold, repeat) => foldNumbers(fold).map((number) => ({ repeat, number })));
  const oof = new Accumulator(prepared.trainingRows, outputs);
  const holdout = new Accumulator(prepared.target.length - prepared.trainingRows, outputs);
  const results: FoldResult[] = [];
  for (const [index, round] of rounds.entries()) {
    context.signal?.throwIfAborted();
    context.onEvent?.({ type: 'fold-started', fold: index, folds: rounds.length });
    const roundStartMs = context.now();
    // Every fold gets an equal share of the time that is left: a quick one leaves more to the next.
    const share = (deadlineMs - context.now()) / (rounds.length - index);
    const repeated = spec.repeat?.[index];
    const input = foldInput(prepared, spec, context, {
      ...round,
      index,
      folds: rounds.length,
      deadlineMs: context.now() + share,
      repeated,
    });
    const foldRows = input.train.rows.length;
    input.train.rows = repeated ? someRows(input, repeated.rows) : affordableRows(prepared, input, share, info);
    const foldStartMs = context.now();
    const model = await family.fit(input);
    try {
      const cost = { seconds: (context.now() - foldStartMs) / 1000, fewerRows: input.train.rows.length < foldRows };
      const fit = describeFit(model, input, round, cost);
      results.push({ ...scoreFold(prepared, input, model, context, oof, holdout), fit });
    } finally {
      model.dispose();
    }
    context.onEvent?.({ type: 'fold-finished', fold: index, score: results[index]!.score });
    const foldScores = results.map((fold) => fold.score);
    const pruning =
      outOfTime({
        foldMs: context.now() - roundStartMs,
        shareMs: share,
        foldsDone: index + 1,
        folds: rounds.length,
        leftMs: startMs + limitMs - context.now(),
      }) ??
      (spec.race && lostRace(spec.race, foldScores, metricOf(plan.metric).higherIsBetter));
    if (pruning && index + 1 < rounds.length) {
      const fitSeconds = (context.now() - startMs) / 1000;
      return { status: 'pruned', ...prunedTrial(pruning, results, fitSeconds), name: configName(info, spec.config) };
    }
  }
  const fitSeconds = (context.now() - startMs) / 1000;
  const predicted = results.reduce((sum, fold) => sum + fold.validationRows, 0);
  const predictMs = results.reduce((sum, fold) => sum + fold.predictMs, 0);
  const finished = finishTrial(
    prepared,
    oof.mean(),
    results.map((fold) => fold.score),
    spec.seed,
  );
  return {
    status: 'completed',
    ...finished,
    fitSeconds,
    // A prediction asks every fold model.
    predictMsPerRow: (predictMs / Math.max(1, predicted)) * results.length,
    holdout: finishPredictions(plan, holdout.mean(), finished.finishing),
    learningCurves: {
      iterations: averageCurves(results.map((fold) => fold.curve)),
      iterationLabel: info.iterationLabel,
      sampleSize: [],
    },
    name: configName(info, spec.config),
    artifact: writeBag(
      prepared,
      info.id,
      results.map((fold) => fold.state),
      finished.finishing,
    ),
    members: [],
    truncated: results.some((fold) => fold.fit.truncated),
    fits: results.map((fold) => fold.fit),
    notBetterThanBest: false,
  };
}

function prunedTrial({ cause, reason }: Pruning, results: readonly FoldResult[], fitSeconds: number) {
  const foldScores = results.map((fold) => fold.score);
  const defined = foldScores.filter(Number.isFinite);
  if (defined.length === 0) throw new NotANumber();
  const score = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  return { score, foldScores, cause, reason, fitSeconds, fits: results.map((fold) => fold.fit) };
}

/** The folds that validate, ascending. */
function foldNumbers(fold: Int8Array): number[] {
  return [...new Set(fold)].filter((number) => number >= 0).sort((a, b) => a - b);
}
