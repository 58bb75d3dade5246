import { bagWeights, type FittedBag, writeBag } from '../artifact.ts';
import { runEnsemble } from '../ensemble.ts';
import { type FamilyLookup, familyOf } from '../families.ts';
import { finishPredictions, finishTrial } from '../finish/finish.ts';
import { correctedModel } from '../finish/priors.ts';
import { foldList } from '../folds.ts';
import { averageCurves } from '../learning-curves.ts';
import type { FamilyInfo } from '../models/types.ts';
import { configName } from '../names.ts';
import { dataFacts } from '../prepare.ts';
import { metricOf, outputsOf } from '../scoring.ts';
import { noCapMs } from '../study/budget.ts';
import { forecastFamily } from '../tasks/forecast/family.ts';
import type { EngineContext, EnsembleMember, PreparedData, TrialOutcome, TrialResult, TrialSpec } from '../types.ts';
import { Accumulator } from './accumulator.ts';
import { failureOf } from './failure.ts';
import { describeFit, type FoldResult, foldInput, type Round, scoreFold } from './fold.ts';
import { fitWithin } from './memory.ts';
import { lostRace, outOfTime, type Pruning, rowShare } from './racing.ts';
import { affordableRows } from './rows.ts';
import { NotANumber } from './score.ts';
import { stopReasonOf } from './stop-reason.ts';
import { fitWeights } from './weights.ts';

/** Share of a cap that is kept for scoring and writing after the last fold, and the most that is kept. */
const finishShare = 0.06;
const mostFinishMs = 10_000;
/** Folds of a trial that is slower than its time are not made smaller than this. */
const leastRows = 1000;

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
  const outputs = outputsOf(plan);
  const rounds = foldList(repeats);
  const oof = new Accumulator(prepared.trainingRows, outputs);
  const holdout = new Accumulator(prepared.target.length - prepared.trainingRows, outputs);
  const results: FoldResult[] = [];
  let rowsThatFit = Number.POSITIVE_INFINITY;
  const weights = bagWeights(prepared, rounds.length);
  for (const [index, round] of rounds.entries()) {
    context.signal?.throwIfAborted();
    context.onEvent?.({ type: 'fold-started', fold: index, folds: rounds.length });
    const foldStartMs = context.now();
    // Every fold gets an equal share of the time that is left: a quick one leaves more to the next.
    const shareMs = (deadlineMs - foldStartMs) / (rounds.length - index);
    const place = { ...round, index, folds: rounds.length, deadlineMs: foldStartMs + shareMs };
    const pace = { shareMs, rows: rowsThatFit };
    const fold = await fitFold(prepared, spec, context, info, { ...place, repeated: spec.repeat?.[index] }, pace);
    try {
      const isAsked = weights?.[index] !== 0;
      results.push({ ...fold, ...scoreFold(prepared, fold.input, fold.model, context, oof, isAsked ? holdout : null) });
    } finally {
      fold.model.dispose();
    }
    context.onEvent?.({ type: 'fold-finished', fold: index, score: results[index]!.score });
    const reached = { foldMs: context.now() - foldStartMs, shareMs, foldsDone: index + 1, folds: rounds.length };
    const share = rowShare(reached);
    if (share < 1) rowsThatFit = Math.max(leastRows, Math.floor(share * fold.fit.rows));
    const { higherIsBetter } = metricOf(plan.metric);
    const pruning = outOfTime(reached) ?? (spec.race && lostRace(spec.race, scoresOf(results), higherIsBetter));
    if (pruning && index + 1 < rounds.length) {
      const fitSeconds = (context.now() - startMs) / 1000;
      return { status: 'pruned', ...prunedTrial(pruning, results, fitSeconds), name: configName(info, spec.config) };
    }
  }
  const fitSeconds = (context.now() - startMs) / 1000;
  return { status: 'completed', ...bagResult(prepared, spec, info, { results, oof, holdout, weights, fitSeconds }) };
}

interface Bag {
  results: FoldResult[];
  oof: Accumulator;
  holdout: Accumulator;
  /** share of every fold model in a prediction; null: equal ones */
  weights: ReturnType<typeof bagWeights>;
  fitSeconds: number;
}

/** The model of all folds: its scores, its predictions, its artifact. */
function bagResult(prepared: PreparedData, spec: TrialSpec, info: FamilyInfo, bag: Bag): TrialResult {
  const { results, oof, holdout, weights, fitSeconds } = bag;
  const predicted = results.reduce((sum, fold) => sum + fold.validationRows, 0);
  const predictMs = results.reduce((sum, fold) => sum + fold.predictMs, 0);
  const finished = finishTrial(prepared, oof.mean(), spec.seed);
  const stopReason = stopReasonOf(spec, results);
  return {
    ...finished,
    raceScores: scoresOf(results),
    fitSeconds,
    // A prediction asks every fold model that has a share.
    predictMsPerRow:
      (predictMs / Math.max(1, predicted)) * (weights?.filter((weight) => weight > 0).length ?? results.length),
    holdout: finishPredictions(prepared.plan, holdout.mean(), finished.finishing),
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
      fittedBag(spec, results),
    ),
    members: [],
    truncated: results.some((fold) => fold.fit.truncated),
    fits: results.map((fold) => fold.fit),
    ...(stopReason === null ? {} : { stopReason }),
    ...generatedIn(results),
    notBetterThanBest: false,
  };
}

/** Fits one fold on as many of its rows as are asked for, can be afforded, and fit into memory. */
async function fitFold(
  prepared: PreparedData,
  spec: TrialSpec,
  context: EngineContext,
  info: FamilyInfo,
  round: Round,
  pace: { shareMs: number; rows: number },
) {
  const family = prepared.forecast ? await forecastFamily(info) : await info.load();
  const input = foldInput(prepared, spec, context, round);
  const { corrected } = fitWeights(prepared, spec.config, input.train.rows);
  const allRows = input.train.rows.length;
  const affordable = Math.min(pace.rows, spec.rowLimit ?? allRows, affordableRows(prepared, input, pace.shareMs, info));
  const most = round.repeated?.rows ?? Math.min(spec.rungRows ?? allRows, affordable);
  const fitStartMs = context.now();
  const { model: fitted, lackedMemory } = await fitWithin(input, most, info, dataFacts(prepared), family.fit);
  const model = corrected ? correctedModel(fitted, corrected) : fitted;
  const usedRows = input.train.rows.length;
  const fewerRows = usedRows < Math.min(allRows, spec.rungRows ?? allRows);
  const fit = describeFit(model, input, round, { seconds: (context.now() - fitStartMs) / 1000, fewerRows });
  return { input, model, fit, allRows, lackedMemory };
}

/** What the models of all folds use beside the columns, each once, in the order of its first fold. */
function generatedIn(results: readonly FoldResult[]): Pick<TrialResult, 'generatedFeatures'> {
  const byName = new Map(results.flatMap(({ generated }) => generated.map((feature) => [feature.name, feature])));
  return byName.size > 0 ? { generatedFeatures: [...byName.values()] } : {};
}

function fittedBag({ config, seed }: TrialSpec, results: readonly FoldResult[]): FittedBag {
  const folds = results.map(({ fit: { rows, iterations, decided } }) => ({ rows, iterations, decided }));
  const temperatures = results.flatMap(({ temperature }) => temperature ?? []);
  const temperature = temperatures.reduce((sum, value) => sum + value, 0) / temperatures.length;
  return { config, seed, folds, ...(temperatures.length > 0 ? { temperature } : {}) };
}

function scoresOf(results: readonly FoldResult[]): number[] {
  return results.map((fold) => fold.score);
}

function prunedTrial({ cause, reason }: Pruning, results: readonly FoldResult[], fitSeconds: number) {
  const foldScores = scoresOf(results);
  const defined = foldScores.filter(Number.isFinite);
  if (defined.length === 0) throw new NotANumber();
  const score = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  return { score, foldScores, cause, reason, fitSeconds, fits: results.map((fold) => fold.fit) };
}
