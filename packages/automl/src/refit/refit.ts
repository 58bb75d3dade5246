import { AppError } from '@laurel/contracts';
import { deriveSeed, sliceRows } from '@laurel/tabular';
import { type ArtifactHeader, loadModel, readArtifactHeader, writeBag, writeEnsemble } from '../artifact.ts';
import { readContainer } from '../container.ts';
import { type FamilyLookup, familyOf } from '../families.ts';
import { scoreFinished } from '../finish/finish.ts';
import { correctedModel } from '../finish/priors.ts';
import type { ModelState } from '../models/types.ts';
import { dataFacts } from '../prepare.ts';
import { outputsOf } from '../scoring.ts';
import { fitInput } from '../trial/fold.ts';
import { fitWithin } from '../trial/memory.ts';
import type { EngineContext, LoadedModel, PreparedData, TrialResult } from '../types.ts';
import { distill } from './distill.ts';
import { outOfFold } from './out-of-fold.ts';

export type RefitKind = 'full' | 'distilled';

export interface RefitOptions {
  kind: RefitKind;
  /** the name of the model that is fitted again */
  name: string;
  seed: number;
  lookup?: FamilyLookup;
}

/** More rounds on more rows: by the root of the rows, but by a fifth at most. */
const mostMoreRounds = 1.2;
const timedRows = 1000;

/**
 * A new model from one that was trained: `full` fits every member once on all training rows, with the rounds that its
 * folds needed, so that predictions ask one model in place of one per fold; `distilled` is one small model that learns
 * what the whole answers. Throws STATE_INVALID where the model cannot be fitted again.
 */
export async function refitModel(
  prepared: PreparedData,
  artifact: Uint8Array,
  options: RefitOptions,
  context: EngineContext,
): Promise<TrialResult> {
  if (prepared.forecast) throw cannot('a forecast is fitted on all its history already');
  const startMs = context.now();
  const source = await loadModel(artifact, options.lookup);
  try {
    const made =
      options.kind === 'full'
        ? await refitFully(prepared, artifact, source, options, context)
        : await distill(prepared, source, options, context);
    const model = await loadModel(made.artifact, options.lookup);
    const answers = predicted(prepared, model, context);
    return {
      ...made,
      ...answers,
      fitSeconds: (context.now() - startMs) / 1000,
      learningCurves: noCurves,
      members: [],
      fits: [],
      truncated: false,
      notBetterThanBest: false,
    };
  } finally {
    source.dispose();
  }
}

const noCurves = { iterations: [], iterationLabel: 'round', sampleSize: [] };

async function refitFully(
  prepared: PreparedData,
  artifact: Uint8Array,
  source: LoadedModel,
  { name, lookup = familyOf }: RefitOptions,
  context: EngineContext,
) {
  const bytes = await refitArtifact(prepared, artifact, lookup, context);
  // Cross-validation of the same configuration is what can be said of a model that has seen every row.
  const finished = scoreFinished(prepared, outOfFold(prepared, source), source.finishing);
  return { ...finished, artifact: bytes, name: `${name}, on all rows` };
}

async function refitArtifact(
  prepared: PreparedData,
  artifact: Uint8Array,
  lookup: FamilyLookup,
  context: EngineContext,
  models = 1,
): Promise<Uint8Array> {
  const header = readArtifactHeader(artifact);
  const { finishing = {} } = header;
  if (header.kind === 'bag') return refitBag(prepared, header, lookup, context, models);
  const { tensors } = readContainer(artifact, 'model');
  const members: { artifact: Uint8Array; weight: number; name: string }[] = [];
  for (const [index, { weight = 0, name = '' }] of header.members.entries()) {
    const member = tensors[`a${index}`] as Uint8Array;
    const own = await refitArtifact(prepared, member, lookup, context, models * header.members.length);
    members.push({ artifact: own, weight, name });
  }
  return writeEnsemble(prepared, header.family, members, { finishing, stack: header.stack });
}

async function refitBag(
  prepared: PreparedData,
  header: ArtifactHeader,
  lookup: FamilyLookup,
  context: EngineContext,
  models: number,
): Promise<Uint8Array> {
  const { fitted, family: id, finishing = {} } = header;
  if (!fitted || fitted.folds.length === 0)
    throw cannot('it does not say how it was fitted: an earlier version made it');
  if (header.members.length < fitted.folds.length) throw cannot('it was fitted on all rows already');
  context.signal?.throwIfAborted();
  const info = lookup(id);
  const { rows, iterations, decided } = medianFold(fitted.folds);
  const growth = Math.min(mostMoreRounds, Math.max(1, Math.sqrt(prepared.trainingRows / Math.max(1, rows))));
  const rounds = Math.max(1, Math.round(iterations * growth));
  const { temperature } = fitted;
  const request = { config: fitted.config, seed: deriveSeed(fitted.seed, 'refit'), ...everyRow(prepared), models };
  const { input, corrected } = fitInput(prepared, request, context);
  const family = await info.load();
  const { model, lackedMemory } = await fitWithin(
    {
      ...input,
      iterations: rounds,
      ...(decided ? { decided: { ...decided, rounds } } : {}),
      ...(temperature === undefined ? {} : { temperature }),
    },
    input.train.rows.length,
    info,
    dataFacts(prepared),
    family.fit,
  );
  if (lackedMemory) {
    model.dispose();
    throw cannot('all of its rows do not fit into the memory of a fit');
  }
  const state: ModelState = (corrected ? correctedModel(model, corrected) : model).state();
  model.dispose();
  return writeBag(prepared, id, [state], finishing, fitted);
}

function everyRow({ trainingRows }: PreparedData) {
  return { training: new Int32Array(trainingRows).map((_, row) => row), validation: new Int32Array(0) };
}

/** The fold with the middle number of iterations; of two the earlier. */
function medianFold<F extends { iterations: number }>(folds: readonly F[]): F {
  const order = folds.map((_, index) => index).sort((a, b) => folds[a]!.iterations - folds[b]!.iterations || a - b);
  return folds[order[(order.length - 1) >> 1]!]!;
}

/** What the new model itself answers: the sealed rows, and how long a row takes. Disposes of the model. */
function predicted(prepared: PreparedData, model: LoadedModel, context: EngineContext) {
  try {
    return answersOf(prepared, model, context);
  } finally {
    model.dispose();
  }
}

function answersOf(prepared: PreparedData, model: LoadedModel, context: EngineContext) {
  const { features, trainingRows, target } = prepared;
  const sealed = target.length - trainingRows;
  const sample = sliceRows(features, 0, Math.min(timedRows, trainingRows));
  const before = context.now();
  model.predict(sample);
  const predictMsPerRow = (context.now() - before) / sample.rows;
  const holdout =
    sealed > 0 ? Float32Array.from(model.predict(sliceRows(features, trainingRows, sealed))) : new Float32Array(0);
  if (sealed > 0 && holdout.length !== sealed * outputsOf(prepared.plan)) throw cannot('it answers other rows');
  return { holdout, predictMsPerRow };
}

function cannot(why: string): AppError {
  return new AppError('STATE_INVALID', `This model cannot be fitted again: ${why}. Choose another model.`);
}
