import { type FoldFit, maxArtifactBytes } from '@laurel/contracts';
import { allFinite, type Metric } from '@laurel/evaluation';
import { deriveSeed, sliceRows, type Table } from '@laurel/tabular';
import { bestThreshold } from '../finish/threshold.ts';
import { type FoldPlace, foldRows } from '../folds.ts';
import type { Config, FitInput, FittedModel, ModelState } from '../models/types.ts';
import { metricOf, shapeOf } from '../scoring.ts';
import type { EngineContext, GeneratedFeature, PreparedData, TrialSpec } from '../types.ts';
import type { Accumulator } from './accumulator.ts';
import { NotANumber } from './score.ts';
import { fitWeights } from './weights.ts';

/** What a fit may take of its process; the rest is for the table, its columns as numbers and the model. */
const fitMemoryShare = 0.5;
const defaultFitMemoryBytes = 2 * 2 ** 30;
/** What the tensors of all fold models may take of an artifact; the rest is for headers. */
const tensorShare = 0.9;

export interface FoldResult {
  state: ModelState;
  generated: readonly GeneratedFeature[];
  temperature: number | undefined;
  score: number;
  curve: [number, number][];
  predictMs: number;
  validationRows: number;
  fit: FoldFit;
  /** training rows that the fold has */
  allRows: number;
  lackedMemory: boolean;
}

export interface Round extends FoldPlace {
  index: number;
  /** models of the bag */
  folds: number;
  deadlineMs: number;
  /** what the trial that is repeated decided here */
  repeated: Pick<FoldFit, 'rows' | 'decided'> | undefined;
}

/** What a family is given to fit one fold. */
export function foldInput(prepared: PreparedData, spec: TrialSpec, context: EngineContext, round: Round): FitInput {
  const rows = foldRows(prepared, round);
  const seed = deriveSeed(spec.seed, 'fold', round.repeat, round.number);
  const models = round.folds;
  const { input } = fitInput(prepared, { config: spec.config, seed, ...rows, models }, context);
  return {
    ...input,
    ...(prepared.forecast ? { history: prepared.forecast.history } : {}),
    deadlineMs: round.deadlineMs,
    // with an empty record it still has no clock: the fit that is repeated had time enough
    ...(round.repeated ? { decided: round.repeated.decided ?? {} } : {}),
    onIteration: (iteration, score) => context.onEvent?.({ type: 'iteration', fold: round.index, iteration, score }),
  };
}

export interface FitRequest {
  config: Config;
  seed: number;
  training: Int32Array;
  /** to stop early by; empty: the fit has a fixed number of rounds */
  validation: Int32Array;
  /** models that share the size of one artifact */
  models: number;
}

/**
 * A fit on rows of the training part, without a deadline. `corrected`: weights of classes that the search tried, which
 * the model's probabilities are corrected by.
 */
export function fitInput(
  prepared: PreparedData,
  { config, seed, training, validation, models }: FitRequest,
  context: EngineContext,
): { input: FitInput; corrected: number[] | undefined } {
  const { plan, trainingRows } = prepared;
  // Slices without the holdout: a family cannot see what is sealed.
  const features = sliceRows(prepared.features, 0, trainingRows);
  const target = prepared.target.subarray(0, trainingRows);
  const weights = fitWeights(prepared, config, training);
  const own = prepared.weights ? { weights: prepared.weights.subarray(0, trainingRows) } : {};
  const together = prepared.blocks ? { blocks: prepared.blocks.subarray(0, trainingRows) } : {};
  const input: FitInput = {
    task: plan.task,
    classes: plan.labels.length,
    labels: plan.labels,
    train: { features, target, rows: training, ...(weights.rows ? { weights: weights.rows } : {}), ...together },
    validation: validation.length > 0 ? { features, target, rows: validation, ...own } : null,
    config,
    features: { off: plan.engineering === 'off', dropped: plan.droppedFeatures ?? [] },
    seed,
    metric: fitMetric(prepared, metricOf(plan.metric), validation),
    deadlineMs: Number.POSITIVE_INFINITY,
    now: context.now,
    memoryLimitBytes: context.processLimitBytes ? fitMemoryShare * context.processLimitBytes : defaultFitMemoryBytes,
    modelLimitBytes: Math.floor((tensorShare * maxArtifactBytes) / models),
    ...(context.signal ? { signal: context.signal } : {}),
  };
  return { input, corrected: weights.corrected };
}

/** The plan's metric as families ask for it; a score that is not defined counts as the worst. */
function fitMetric(prepared: PreparedData, metric: Metric, validation: Int32Array): FitInput['metric'] {
  const worst = metric.higherIsBetter ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const weights = prepared.weights && Float64Array.from(validation, (row) => prepared.weights![row]!);
  return {
    higherIsBetter: metric.higherIsBetter,
    score(target, predictions) {
      // families score their validation rows, all of them, and now and then rows that they held back themselves
      const own = weights?.length === target.length ? weights : undefined;
      const value = foldScore(prepared, target, predictions, own);
      return Number.isNaN(value) ? worst : value;
    },
  };
}

/** The plan's metric; that of binary labels at the threshold that suits these rows, since one is chosen afterwards. */
function foldScore(
  { plan }: PreparedData,
  target: Float64Array,
  predictions: Float64Array,
  weights: Float64Array | undefined,
): number {
  const metric = metricOf(plan.metric);
  const shape = shapeOf(plan);
  if (plan.task === 'binary' && metric.needs === 'labels' && allFinite(predictions)) {
    return bestThreshold(metric, { target, probabilities: predictions, positive: shape.positive ?? 1, weights }).score;
  }
  return metric.compute(target, predictions, { ...shape, weights });
}

/** Predicts the fold's own rows, and the sealed ones where its model answers them, and keeps what the bag needs. */
export function scoreFold(
  prepared: PreparedData,
  input: FitInput,
  model: FittedModel,
  context: EngineContext,
  oof: Accumulator,
  holdout: Accumulator | null,
): Omit<FoldResult, 'fit' | 'allRows' | 'lackedMemory'> {
  const { features, rows, target } = input.validation!;
  const before = context.now();
  const history = prepared.forecast?.history;
  const predictions = model.predict(features, rows, history);
  const predictMs = context.now() - before;
  if (!allFinite(predictions)) throw new NotANumber();
  oof.add(predictions, rows);
  const sealed = holdoutFeatures(prepared);
  if (sealed.rows > 0 && holdout) {
    const values = model.predict(sealed, undefined, history);
    if (!allFinite(values)) throw new NotANumber();
    holdout.add(values);
  }
  const truth = Float64Array.from(rows, (row) => target[row]!);
  return {
    state: model.state(),
    generated: model.generated ?? [],
    temperature: model.temperature,
    score: foldScore(
      prepared,
      truth,
      predictions,
      prepared.weights && Float64Array.from(rows, (row) => prepared.weights![row]!),
    ),
    curve: model.curve,
    predictMs,
    validationRows: rows.length,
  };
}

/** What a fit was like, for the record and for repeating it. */
export function describeFit(
  model: FittedModel,
  input: FitInput,
  round: Pick<Round, 'repeat' | 'number'>,
  cost: { seconds: number; fewerRows: boolean },
): FoldFit {
  return {
    repeat: round.repeat,
    fold: round.number,
    rows: input.train.rows.length,
    iterations: model.iterations,
    seconds: cost.seconds,
    truncated: model.truncated || cost.fewerRows,
    decided: model.decided ? { ...model.decided } : null,
  };
}

function holdoutFeatures(prepared: PreparedData): Table {
  return sliceRows(prepared.features, prepared.trainingRows, prepared.target.length - prepared.trainingRows);
}
