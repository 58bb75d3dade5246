import { aboutFit } from '../about.ts';
import { fitBinning } from '../binning/fit.ts';
import { TreesError } from '../errors.ts';
import { createEnsembleBuilder, type EnsembleBuilder } from '../model/builder.ts';
import { createPredictor } from '../model/predictor.ts';
import { createPace, type Pace } from '../pace.ts';
import type { TreeModel } from '../types.ts';
import { rowWeights } from '../weights.ts';
import { completeParameters } from './parameters.ts';
import { checkMonotone, checkRows, type LearningRates, learningRatesOf } from './rows.ts';
import { type BoostSession, openSession } from './session.ts';
import { createWatch } from './stopping.ts';
import type { BoostInput, BoostParameters, BoostResult, BoostRows, Objective } from './types.ts';

/** rounds after which the pace is known */
const warmUpRounds = 10;
/** learning rate x rounds that a boosting needs to get somewhere */
const neededTravel = 8;

/**
 * Gradient boosting of decision trees on histograms (Friedman 2001; Ke et al. 2017). Adds `rounds` trees per output, or
 * fewer when the validation score has stopped getting better or the deadline has passed; what was best is kept. The
 * same seed gives the same model, byte by byte. Throws TreesError INVALID_DATA or INVALID_PARAMETER for what makes no
 * sense, MEMORY_LIMIT for what does not fit, DIVERGED where the first round is beyond numbers, SIMD_MISSING where the
 * kernel cannot run; the signal's reason when aborted, and what a score of early stopping throws.
 */
export async function boost(input: BoostInput): Promise<BoostResult> {
  const { train, objective, seed } = input;
  const pace = createPace(input);
  pace.isOver();
  const validation = input.validation && input.validation.rows > 0 ? input.validation : null;
  const parameters = completeParameters(input.parameters ?? {}, train.features.length);
  checkRows(train, objective, 'training');
  checkMonotone(train, parameters);
  if (validation) checkRows(validation, objective, 'validation');
  else if (input.earlyStopping) {
    throw new TreesError('INVALID_PARAMETER', 'earlyStopping needs validation rows. Give some, or leave it out.');
  }
  if (!Number.isSafeInteger(seed))
    throw new TreesError('INVALID_PARAMETER', `The seed must be a whole number, not ${seed}.`);
  const binning =
    input.warmStart?.binning ??
    input.binning ??
    fitBinning(train.features, train.rows, { ...input.binningOptions, seed });
  await pace.breathe();
  const weights = rowWeights(train, objective, parameters.classWeights);
  const link = linkOf(objective);
  const session = openSession({
    train,
    validation,
    weights,
    objective,
    link,
    parameters,
    binning,
    seed,
    memoryLimitBytes: input.memoryLimitBytes,
  });
  await pace.breathe();
  const builder = createEnsembleBuilder({
    outputs: session.outputs,
    leafWidth: session.outputs / session.treesPerRound,
    base: baseOf(input, session),
  });
  if (input.warmStart) goOn(input.warmStart, builder, session, train, validation, link);
  const before = builder.trees / session.treesPerRound;
  const grown = await addRounds(input, parameters, session, builder, validation, pace);
  builder.truncate((before + grown.kept) * session.treesPerRound);
  return {
    model: {
      kind: 'boosting',
      binning,
      ensemble: builder.build(),
      link,
      about: aboutFit({ objective, learningRates: [...ratesBefore(input), ...grown.rates] }, parameters, seed),
    },
    rounds: before + grown.kept,
    grownRounds: grown.rounds,
    curve: grown.curve,
    truncated: grown.truncated,
    memoryBytes: session.memoryBytes,
    floatRounds: Math.ceil(session.floatTrees / session.treesPerRound),
    learningRate: grown.learningRate,
  };
}

async function addRounds(
  input: BoostInput,
  parameters: BoostParameters,
  session: BoostSession,
  builder: EnsembleBuilder,
  validation: BoostRows | null,
  pace: Pace,
) {
  const stopping = validation ? (input.earlyStopping ?? null) : null;
  const values = (validation?.rows ?? 0) * session.outputs;
  const watch = stopping && createWatch(stopping, input.train.rows, values, parameters.learningRate);
  const before = builder.trees / session.treesPerRound;
  let { learningRate } = parameters;
  const rates: LearningRates = [[before, learningRate]];
  let rounds = 0;
  let lastSeen = 0;
  let truncated = false;
  const startMs = pace.nowMs();
  while (rounds < parameters.rounds) {
    if (rounds >= (input.stopAfter ?? Number.POSITIVE_INFINITY)) {
      truncated = true;
      break;
    }
    if (rounds === warmUpRounds && (input.adaptToDeadline || input.adaptedLearningRate !== undefined)) {
      learningRate = input.adaptedLearningRate ?? fasterRate(learningRate, pace.nowMs() - startMs, pace.leftMs());
      if (learningRate !== parameters.learningRate) rates.push([before + rounds, learningRate]);
    }
    const splits = addRound(session, builder, before + rounds, learningRate, pace.isOver);
    if (splits === 'over' || splits === 'diverged') {
      truncated = splits === 'over';
      break;
    }
    if (splits === 0 && isSettled(parameters)) break;
    rounds++;
    if (watch?.isDue(rounds)) {
      lastSeen = rounds;
      if (watch.see(rounds, session.watch())) break;
    }
    await pace.breathe();
  }
  // the last rounds before a limit may lie between two looks; a round that was cut off has changed the scores already
  if (watch && rounds > lastSeen && session.isWhole()) watch.see(rounds, session.watch());
  const kept = watch?.bestRound || rounds;
  // a model says the rates of the rounds that it has, so that a fit which is ended there gives the same bytes
  const own = rates.filter(([from], index) => index === 0 || from < before + kept);
  return { rounds, kept, curve: watch?.curve ?? [], truncated, learningRate, rates: own };
}

/**
 * Gives the round's number of splits. 'over': the deadline passed before it was whole; 'diverged': the loss has grown
 * beyond numbers, and what came before is kept. Either way its trees are taken back. The first round throws instead.
 */
function addRound(
  session: BoostSession,
  builder: EnsembleBuilder,
  round: number,
  learningRate: number,
  isOver: () => boolean,
): number | 'over' | 'diverged' {
  const before = builder.trees;
  let splits = 0;
  try {
    for (let k = 0; k < session.treesPerRound; k++) {
      if (isOver()) {
        builder.truncate(before);
        return 'over';
      }
      if (k === 0) session.beginRound(round);
      const tree = session.growTree(k, learningRate);
      builder.addTree(tree);
      splits += tree.nodes;
    }
  } catch (error) {
    builder.truncate(before);
    if (before > 0 && error instanceof TreesError && error.code === 'DIVERGED') return 'diverged';
    throw error;
  }
  return splits;
}

/** When nothing is drawn, a round without a split is followed by others like it. */
function isSettled(parameters: BoostParameters): boolean {
  const { rowFraction, featureFraction, featureFractionByNode, extraRandom, goss } = parameters;
  return rowFraction === 1 && featureFraction === 1 && featureFractionByNode === 1 && !extraRandom && !goss;
}

/** When the time left allows too few rounds at this rate, a higher one that gets as far in the rounds that fit. */
function fasterRate(learningRate: number, spentMs: number, leftMs: number): number {
  if (!Number.isFinite(leftMs)) return learningRate;
  const rounds = Math.max(1, leftMs / Math.max(1e-3, spentMs / warmUpRounds));
  return rounds * learningRate < neededTravel
    ? Math.max(learningRate, Math.min(0.2, neededTravel / rounds))
    : learningRate;
}

function ratesBefore(input: BoostInput): LearningRates {
  return input.warmStart ? learningRatesOf(input.warmStart) : [];
}

function baseOf(input: BoostInput, session: BoostSession): Float64Array {
  return input.warmStart?.ensemble.base ?? session.base;
}

/** Takes over the trees of a model, and its scores for all rows. */
function goOn(
  model: TreeModel,
  builder: EnsembleBuilder,
  session: BoostSession,
  train: BoostRows,
  validation: BoostRows | null,
  link: TreeModel['link'],
): void {
  if (model.kind !== 'boosting' || model.ensemble.outputs !== session.outputs || model.link !== link) {
    throw new TreesError('INVALID_PARAMETER', 'Only a boosted model of the same objective can be gone on from.');
  }
  builder.addEnsemble(model.ensemble);
  const predictor = createPredictor(model);
  const raw = new Float64Array((train.rows + (validation?.rows ?? 0)) * session.outputs);
  raw.set(predictor.raw(train.features, train.rows));
  if (validation) raw.set(predictor.raw(validation.features, validation.rows), train.rows * session.outputs);
  predictor.dispose();
  session.setScores(raw);
}

function linkOf(objective: Objective): TreeModel['link'] {
  if (objective.kind === 'logistic') return 'logistic';
  if (objective.kind === 'softmax') return 'softmax';
  return objective.kind === 'poisson' || objective.kind === 'tweedie' ? 'exp' : 'identity';
}
