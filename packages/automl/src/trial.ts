import { AppError, type FailureKind, maxArtifactBytes } from '@laurel/contracts';
import { allFinite, type Metric } from '@laurel/evaluation';
import { createRandom, deriveSeed, sliceRows, type Table } from '@laurel/tabular';
import { writeBag } from './artifact.ts';
import { runEnsemble } from './ensemble.ts';
import { type FamilyLookup, familyOf } from './families.ts';
import { averageCurves } from './learning-curves.ts';
import type { FamilyInfo, FitInput, FittedModel, ModelState } from './models/types.ts';
import { configName } from './names.ts';
import { metricOf, outputsOf, shapeOf } from './scoring.ts';
import { noCapMs } from './study/budget.ts';
import { NotANumber, scoreOf } from './trial-score.ts';
import type { EngineContext, EnsembleMember, PreparedData, TrialOutcome, TrialResult, TrialSpec } from './types.ts';

/** Share of a cap that is kept for scoring and writing after the last fold, and the most that is kept. */
const finishShare = 0.1;
const mostFinishMs = 10_000;

/** What a fit may take of its process; the rest is for the table, its columns as numbers and the model. */
const fitMemoryShare = 0.5;
const defaultFitMemoryBytes = 2 * 2 ** 30;
/** What the tensors of all fold models may take of an artifact; the rest is for headers. */
const tensorShare = 0.9;

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
    const result =
      spec.kind === 'ensemble'
        ? await runEnsemble(prepared, spec, options.members ?? [], context)
        : await fitBag(prepared, spec, context, (options.lookup ?? familyOf)(spec.family));
    return { status: 'completed', ...result };
  } catch (error) {
    if (context.signal?.aborted) throw error;
    return { status: 'failed', failure: failureOf(error) };
  }
}

interface FoldResult {
  state: ModelState;
  score: number;
  curve: [number, number][];
  predictMs: number;
  validationRows: number;
  truncated: boolean;
}

async function fitBag(
  prepared: PreparedData,
  spec: TrialSpec,
  context: EngineContext,
  info: FamilyInfo,
): Promise<TrialResult> {
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
    // Every fold gets an equal share of the time that is left: a quick one leaves more to the next.
    const share = (deadlineMs - context.now()) / (rounds.length - index);
    const input = foldInput(prepared, spec, context, {
      ...round,
      index,
      folds: rounds.length,
      deadlineMs: context.now() + share,
    });
    const all = input.train.rows;
    input.train.rows = affordableRows(prepared, input, share, info);
    const model = await family.fit(input);
    try {
      results.push(scoreFold(prepared, input, model, context, oof, holdout, input.train.rows.length < all.length));
    } finally {
      model.dispose();
    }
    context.onEvent?.({ type: 'fold-finished', fold: index, score: results[index]!.score });
  }
  const fitSeconds = (context.now() - startMs) / 1000;
  const predicted = results.reduce((sum, fold) => sum + fold.validationRows, 0);
  const predictMs = results.reduce((sum, fold) => sum + fold.predictMs, 0);
  return {
    ...scoreOf(
      prepared,
      oof.mean(),
      results.map((fold) => fold.score),
    ),
    fitSeconds,
    // A prediction asks every fold model.
    predictMsPerRow: (predictMs / Math.max(1, predicted)) * results.length,
    holdout: holdout.mean(),
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
    ),
    members: [],
    truncated: results.some((fold) => fold.truncated),
    notBetterThanBest: false,
  };
}

/** Numbers of the table, times classes, that a fit of relative cost 1 may get for each millisecond. */
const cellsPerMs = 4000;
const leastRows = 5000;

/**
 * The training rows, or an evenly drawn part of them when all would not fit into the time at all: a family looks at the
 * clock between two trees or passes, and on a very large table one of those can take longer than the trial has.
 */
function affordableRows(
  prepared: PreparedData,
  input: FitInput,
  limitMs: number,
  { relativeCost, costByClass }: Pick<FamilyInfo, 'relativeCost' | 'costByClass'>,
): Int32Array {
  const { rows } = input.train;
  if (!Number.isFinite(limitMs)) return rows;
  const outputs = costByClass && input.classes > 2 ? input.classes : 1;
  const perRow = prepared.features.columns.length * outputs * Math.max(0.3, relativeCost);
  const most = Math.max(leastRows, Math.floor((Math.max(0, limitMs) * cellsPerMs) / perRow));
  if (rows.length <= most) return rows;
  return createRandom(deriveSeed(input.seed, 'rows')).shuffle(rows.slice()).slice(0, most).sort();
}

interface Round {
  repeat: number;
  number: number;
  index: number;
  /** models of the bag */
  folds: number;
  deadlineMs: number;
}

function foldInput(prepared: PreparedData, spec: TrialSpec, context: EngineContext, round: Round): FitInput {
  const { plan, trainingRows } = prepared;
  const fold = prepared.folds[round.repeat]!;
  // Slices without the holdout: a family cannot see what is sealed.
  const features = sliceRows(prepared.features, 0, trainingRows);
  const target = prepared.target.subarray(0, trainingRows);
  const all = new Int32Array(trainingRows).map((_, row) => row);
  const rowsFor = (validates: boolean) => all.filter((row) => (fold[row] === round.number) === validates);
  return {
    task: plan.task,
    classes: plan.labels.length,
    train: { features, target, rows: rowsFor(false) },
    validation: { features, target, rows: rowsFor(true) },
    config: spec.config,
    seed: deriveSeed(spec.seed, 'fold', round.repeat, round.number),
    metric: fitMetric(prepared, metricOf(plan.metric)),
    deadlineMs: round.deadlineMs,
    now: context.now,
    memoryLimitBytes: context.processLimitBytes ? fitMemoryShare * context.processLimitBytes : defaultFitMemoryBytes,
    modelLimitBytes: Math.floor((tensorShare * maxArtifactBytes) / round.folds),
    ...(context.signal ? { signal: context.signal } : {}),
    onIteration: (iteration, score) => context.onEvent?.({ type: 'iteration', fold: round.index, iteration, score }),
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

function scoreFold(
  prepared: PreparedData,
  input: FitInput,
  model: FittedModel,
  context: EngineContext,
  oof: Accumulator,
  holdout: Accumulator,
  fewerRows: boolean,
): FoldResult {
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
    truncated: model.truncated || fewerRows,
  };
}

function holdoutFeatures(prepared: PreparedData): Table {
  return sliceRows(prepared.features, prepared.trainingRows, prepared.target.length - prepared.trainingRows);
}

/** The folds that validate, ascending. */
function foldNumbers(fold: Int8Array): number[] {
  return [...new Set(fold)].filter((number) => number >= 0).sort((a, b) => a - b);
}

/** Sums predictions of several models per row, rows x outputs. */
class Accumulator {
  private readonly sums: Float64Array;
  private readonly counts: Int32Array;
  private readonly outputs: number;
  constructor(rows: number, outputs: number) {
    this.sums = new Float64Array(rows * outputs);
    this.counts = new Int32Array(rows);
    this.outputs = outputs;
  }
  add(values: Float64Array, rows?: Int32Array): void {
    const count = values.length / this.outputs;
    for (let i = 0; i < count; i++) {
      const row = rows ? rows[i]! : i;
      this.counts[row]!++;
      for (let k = 0; k < this.outputs; k++) this.sums[row * this.outputs + k]! += values[i * this.outputs + k]!;
    }
  }
  /** NaN where nothing was added */
  mean(): Float32Array {
    const result = new Float32Array(this.sums.length);
    for (let row = 0, i = 0; row < this.counts.length; row++) {
      for (let k = 0; k < this.outputs; k++, i++) result[i] = this.sums[i]! / this.counts[row]!;
    }
    return result;
  }
}

/** The runtime's errors of too large an allocation, and those of families that know in advance. */
function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError && /allocation|memory/i.test(error.message)) return true;
  return error instanceof Error && 'code' in error && error.code === 'MEMORY_LIMIT';
}

function failureOf(error: unknown): { kind: FailureKind; message: string } {
  if (error instanceof NotANumber) {
    return { kind: 'nan', message: 'The model gave predictions that are not numbers, so it cannot be scored.' };
  }
  if (error instanceof AppError) return { kind: 'invalid', message: error.message };
  if (isOutOfMemory(error)) {
    return {
      kind: 'oom',
      message:
        'The fit needed more memory than its process may use. Use fewer rows or columns, or give each process more memory.',
    };
  }
  return {
    kind: 'crash',
    message: `The fit stopped with an error: ${error instanceof Error ? error.message : String(error)}`,
  };
}
