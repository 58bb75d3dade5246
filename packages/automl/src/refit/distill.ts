import { predictsValues } from '@laurel/contracts';
import { createRandom, deriveSeed, selectRows } from '@laurel/tabular';
import { writeBag } from '../artifact.ts';
import { families } from '../families.ts';
import { finishTrial } from '../finish/finish.ts';
import { foldList, foldRows } from '../folds.ts';
import type { Config, FamilyInfo, FitInput } from '../models/types.ts';
import { dataFacts } from '../prepare.ts';
import { outputsOf } from '../scoring.ts';
import { Accumulator } from '../trial/accumulator.ts';
import { fitInput } from '../trial/fold.ts';
import { fitWithin } from '../trial/memory.ts';
import type { EngineContext, LoadedModel, PreparedData } from '../types.ts';
import type { RefitOptions } from './refit.ts';
import { studentRows } from './student-rows.ts';

/** Part of a fold's own training rows on which the student stops early. */
const heldShare = 0.15;
const noHeldRows = 20;

/**
 * One small model that learns what a larger one answers (Buciluǎ, Caruana and Niculescu-Mizil 2006): on the training
 * rows half the truth and half the teacher's answer, and as many rows mixed of them, which no model has seen. For its
 * score a student of every fold learns from the teacher's models of that fold alone, which have not seen the rows that are
 * scored; weights of an ensemble and its calibration have, so that the score is a little hopeful. The one that is kept
 * learns from all.
 */
export async function distill(
  prepared: PreparedData,
  teacher: LoadedModel,
  options: RefitOptions,
  context: EngineContext,
) {
  const { plan } = prepared;
  const info = studentFamily(plan.task);
  const config = info.startingConfigs(dataFacts(prepared))[0] ?? {};
  const family = await info.load();
  const facts = dataFacts(prepared);
  const fitStudent = async (input: FitInput) =>
    (await fitWithin(input, input.train.rows.length, info, { ...facts, rows: input.train.rows.length }, family.fit))
      .model;
  const oof = new Accumulator(prepared.trainingRows, outputsOf(plan));
  const iterations: number[] = [];
  for (const { repeat, number, index } of foldList(prepared.folds)) {
    context.signal?.throwIfAborted();
    const { training, validation } = foldRows(prepared, { repeat, number });
    const seed = deriveSeed(options.seed, 'distill', repeat, number);
    const { input } = studentInput(prepared, config, context, training, seed, (table) =>
      teacher.predictWithFold(index, table),
    );
    const student = await fitStudent(input);
    iterations.push(student.iterations);
    oof.add(student.predict(prepared.features, validation), validation);
    student.dispose();
  }
  const all = new Int32Array(prepared.trainingRows).map((_, row) => row);
  const seed = deriveSeed(options.seed, 'distill');
  const { input } = studentInput(prepared, config, context, all, seed, (table) => teacher.predict(table), false);
  const rounds = iterations.sort((a, b) => a - b)[(iterations.length - 1) >> 1]!;
  const student = await fitStudent({ ...input, iterations: Math.max(1, rounds) });
  const finished = finishTrial(prepared, oof.mean(), options.seed);
  const artifact = writeBag(prepared, info.id, [student.state()], finished.finishing);
  student.dispose();
  return { ...finished, artifact, name: `${info.label}, distilled from ${options.name}` };
}

/** The family that opens searches among those that read a table as it is and need no runtime: strong, quick, small. */
function studentFamily(task: PreparedData['plan']['task']): FamilyInfo {
  const fitting = families.filter(
    ({ tasks, reference, combines, needs }) =>
      tasks.includes(task) && !reference && !combines && needs.runtime === 'none' && needs.encoding === 'codes',
  );
  const placeOf = (family: FamilyInfo) => Math.min(...(family.openingPlaces ?? []), Number.MAX_SAFE_INTEGER);
  return fitting.reduce((best, family) => (placeOf(family) < placeOf(best) ? family : best));
}

function studentInput(
  prepared: PreparedData,
  config: Config,
  context: EngineContext,
  training: Int32Array,
  seed: number,
  answer: (table: PreparedData['features']) => Float64Array,
  stopsEarly = true,
): { input: FitInput } {
  const drawn = stopsEarly ? heldRows(training, seed) : new Int32Array(0);
  const held = drawn.length < noHeldRows ? new Int32Array(0) : drawn;
  const isHeld = new Set(held);
  const own = training.filter((row) => !isHeld.has(row));
  const request = { config, seed: deriveSeed(seed, 'refit'), training: own, validation: held, models: 1 };
  const { input } = fitInput(prepared, request, context);
  const { weights } = input.train;
  const rows = studentRows(
    {
      features: selectRows(prepared.features, own),
      target: Float64Array.from(own, (row) => prepared.target[row]!),
      weights: weights && Float64Array.from(own, (row) => weights[row]!),
      classes: predictsValues(prepared.plan.task) ? 0 : prepared.plan.labels.length,
    },
    answer,
    seed,
  );
  return { input: { ...input, train: rows } };
}

function heldRows(training: Int32Array, seed: number): Int32Array {
  const count = Math.floor(training.length * heldShare);
  return createRandom(deriveSeed(seed, 'held')).shuffle(training.slice()).slice(0, count).sort();
}
