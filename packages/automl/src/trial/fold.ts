import { type FoldFit, maxArtifactBytes } from '@laurel/contracts';
import { allFinite, type Metric } from '@laurel/evaluation';
import { deriveSeed, sliceRows, type Table } from '@laurel/tabular';
import type { FitInput, FittedModel, ModelState } from '../models/types.ts';
import { metricOf, shapeOf } from '../scoring.ts';
import type { EngineContext, PreparedData, TrialSpec } from '../types.ts';
import type { Accumulator } from './accumulator.ts';
import { NotANumber } from './score.ts';

/** What a fit may take of its process; the rest is for the table, its columns as numbers and the model. */
const fitMemoryShare = 0.5;
const defaultFitMemoryBytes = 2 * 2 ** 30;
/** What the tensors of all fold models may take of an artifact; the rest is for headers. */
const tensorShare = 0.9;

export interface FoldResult {
  state: ModelState;
  score: number;
  curve: [number, number][];
  predictMs: number;
  validationRows: number;
  fit: FoldFit;
  /** training rows that the fold has */
  allRows: number;
  lackedMemory: boolean;
}

export interface Round {
  repeat: number;
  number: number;
  index: number;
  /** models of the bag */
  folds: number;
  deadlineMs: number;
  /** what the trial that is repeated decided here */
  repeated: Pick<FoldFit, 'rows' | 'decided'> | undefined;
}

/** What a family is given to fit one fold. */
export function foldInput(prepared: PreparedData, spec: TrialSpec, context: EngineContext, round: Round): FitInput {
  const { plan, trainingRows } = prepared;
  // Slices without the holdout: a family cannot see what is sealed.
  const features = sliceRows(prepared.features, 0, trainingRows);
  const target = prepared.target.subarray(0, trainingRows);
  const rows = foldRows(prepared, round);
  return {
    task: plan.task,
    classes: plan.labels.length,
    train: { features, target, rows: rows.training },
    validation: { features, target, rows: rows.validation },
    config: spec.config,
    seed: deriveSeed(spec.seed, 'fold', round.repeat, round.number),
    metric: fitMetric(prepared, metricOf(plan.metric)),
    deadlineMs: round.deadlineMs,
    now: context.now,
    // with an empty record it still has no clock: the fit that is repeated had time enough
    ...(round.repeated ? { decided: round.repeated.decided ?? {} } : {}),
    memoryLimitBytes: context.processLimitBytes ? fitMemoryShare * context.processLimitBytes : defaultFitMemoryBytes,
    modelLimitBytes: Math.floor((tensorShare * maxArtifactBytes) / round.folds),
    ...(context.signal ? { signal: context.signal } : {}),
    onIteration: (iteration, score) => context.onEvent?.({ type: 'iteration', fold: round.index, iteration, score }),
  };
}

/** Rows that a fold trains on, and that it is validated on; both ascending. */
export function foldRows(
  { folds, trainEnds, trainingRows }: Pick<PreparedData, 'folds' | 'trainEnds' | 'trainingRows'>,
  { repeat, number }: Pick<Round, 'repeat' | 'number'>,
): { training: Int32Array; validation: Int32Array } {
  const fold = folds[repeat]!;
  const all = new Int32Array(trainingRows).map((_, row) => row);
  const end = trainEnds?.[number];
  return {
    training: end === undefined ? all.filter((row) => fold[row] !== number) : all.slice(0, end),
    validation: all.filter((row) => fold[row] === number),
  };
}

/** The plan's metric as families ask for it; a score that is not defined counts as the worst. */
function fitMetric(prepared: PreparedData, metric: Metric): FitInput['metric'] {
  const shape = shapeOf(prepared.plan);
  const worst = metric.higherIsBetter ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return {
    higherIsBetter: metric.higherIsBetter,
    score(target, predictions) {
      const value = metric.compute(target, predictions, shape);
      return Number.isNaN(value) ? worst : value;
    },
  };
}

/** Predicts the fold's own rows and the sealed ones, and keeps what the bag needs. */
export function scoreFold(
  prepared: PreparedData,
  input: FitInput,
  model: FittedModel,
  context: EngineContext,
  oof: Accumulator,
  holdout: Accumulator,
): Omit<FoldResult, 'fit' | 'allRows' | 'lackedMemory'> {
  const { features, rows, target } = input.validation!;
  const before = context.now();
  const predictions = model.predict(features, rows);
  const predictMs = context.now() - before;
  if (!allFinite(predictions)) throw new NotANumber();
  oof.add(predictions, rows);
  const sealed = holdoutFeatures(prepared);
  if (sealed.rows > 0) {
    const values = model.predict(sealed);
    if (!allFinite(values)) throw new NotANumber();
    holdout.add(values);
  }
  const truth = Float64Array.from(rows, (row) => target[row]!);
  return {
    state: model.state(),
    score: metricOf(prepared.plan.metric).compute(truth, predictions, shapeOf(prepared.plan)),
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
