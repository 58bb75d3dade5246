import type { FitInput } from '../types.ts';
import { gather } from './evaluate.ts';
import { createLearner } from './learner.ts';
import type { Recipe } from './recipe.ts';
import { countOf, productsOf, type Structure, type Values } from './structure.ts';
import { batchSizeFor, fewestEpochs, type TrainData } from './train.ts';

/** How much a fit does: decided once, before it begins. */
export interface Effort {
  /** units of each hidden layer; fewer than asked for where time or room is short */
  widths: number[];
  /** networks that are averaged */
  members: number;
  epochs: number;
  /** a clock took part, in this fit or in the one that it repeats */
  byClock: boolean;
}

/** Multiplications and additions that a fit without a deadline spends on more epochs and networks: some seconds. */
const flopsWithoutClock = 2e10;
/** What the fewest epochs may take there, half a minute at seven billion a second: beyond it layers are halved. */
const mostFlopsWithoutClock = 2e11;
const narrowest = 32;
const timeShare = 0.9;
const measureMs = 12;
const measureSteps = 24;
/** A further network is begun where all of them get at least this part of the epochs. */
const enoughEpochs = 0.5;

/**
 * With a deadline a few steps are measured: layers are halved until there is time for sixteen passes over the rows, and
 * there are as many networks as get half of the epochs wanted. Without one, a formula of rows and columns decides the
 * same, and again in a fit that repeats this one; where the narrowest layers are too slow there are fewer epochs.
 */
export function effortOf(
  input: FitInput,
  structure: Structure,
  start: Values,
  recipe: Recipe,
  data: TrainData,
): Effort {
  const fitting = withinModel(input, structure, recipe);
  const { decided } = input;
  if (typeof decided?.members === 'number') {
    const widths = fitting.widths.map((width, l) => numberOr(decided[`width${l}`], width));
    return { widths, members: decided.members, epochs: recipe.epochs, byClock: true };
  }
  const byClock = !decided && Number.isFinite(input.deadlineMs);
  return byClock
    ? byMeasuring(input, structure, start, recipe, data, fitting)
    : byFormula(structure, recipe, data, fitting);
}

type Fitting = Pick<Effort, 'widths' | 'members'>;

function byFormula(structure: Structure, recipe: Recipe, { design }: TrainData, fitting: Fitting): Effort {
  const { batch, stepsPerEpoch } = batchesOf(design.rows);
  const epochsFor = (flops: number, widths: number[]) =>
    Math.floor(flops / (6 * productsOf({ ...structure, widths }) * batch * stepsPerEpoch));
  const enough = Math.min(fewestEpochs, recipe.epochs);
  const widths = narrowed(fitting.widths, (tried) => epochsFor(mostFlopsWithoutClock, tried) >= enough);
  const affordable = epochsFor(flopsWithoutClock, widths);
  const fewest = Math.max(1, Math.min(enough, epochsFor(mostFlopsWithoutClock, widths)));
  const epochs = Math.min(recipe.epochs, Math.max(fewest, affordable));
  const members = Math.min(fitting.members, Math.max(1, Math.floor(affordable / epochs)));
  return { widths, members, epochs, byClock: false };
}

function byMeasuring(
  input: FitInput,
  structure: Structure,
  start: Values,
  recipe: Recipe,
  data: TrainData,
  fitting: Fitting,
): Effort {
  const { batch, stepsPerEpoch } = batchesOf(data.design.rows);
  const beforeMs = input.now();
  const stepMs = measure(input, structure, start, recipe, data, batch);
  const leftMs = timeShare * (input.deadlineMs - input.now()) - (input.now() - beforeMs);
  const validated = 1 + (data.validation?.design.rows ?? 0) / (3 * data.design.rows);
  const epochsWith = (widths: number[]) => {
    const part = productsOf({ ...structure, widths }) / productsOf(structure);
    return leftMs / (stepsPerEpoch * stepMs * validated * part);
  };
  const widths = narrowed(fitting.widths, (tried) => epochsWith(tried) >= fewestEpochs);
  const members = Math.floor(epochsWith(widths) / (enoughEpochs * recipe.epochs));
  return {
    widths,
    members: Math.max(1, Math.min(fitting.members, members)),
    epochs: recipe.epochs,
    byClock: true,
  };
}

function batchesOf(rows: number) {
  const batch = batchSizeFor(rows);
  return { batch, stepsPerEpoch: Math.max(1, Math.floor(rows / batch)) };
}

/** Layers and members of which the stored numbers stay within the limit. */
function withinModel({ modelLimitBytes }: FitInput, structure: Structure, { members }: Recipe) {
  const limit = modelLimitBytes ?? Number.POSITIVE_INFINITY;
  const bytes = (widths: number[]) => 4 * countOf({ ...structure, widths });
  const widths = narrowed(structure.widths, (tried) => bytes(tried) <= limit);
  return { widths, members: Math.max(1, Math.min(members, Math.floor(limit / bytes(widths)))) };
}

/** Halves all layers until they suffice or are at their narrowest. */
function narrowed(widths: number[], suffices: (widths: number[]) => boolean): number[] {
  let tried = widths;
  while (!suffices(tried) && Math.max(...tried) > narrowest) tried = halved(tried);
  return tried;
}

function halved(widths: number[]): number[] {
  return widths.map((width) => Math.max(narrowest, Math.ceil(width / 2)));
}

/** Milliseconds of a step, by a network that is thrown away. */
function measure(
  input: FitInput,
  structure: Structure,
  start: Values,
  recipe: Recipe,
  data: TrainData,
  batchSize: number,
): number {
  const learner = createLearner(structure, start, recipe.rates, data.lossSlope, recipe.beta2);
  const batch = Int32Array.from({ length: batchSize }, (_, i) => i);
  const inputs = gather(data.design, batch);
  const settings = { learningRate: 0, weightDecay: 0, dropout: recipe.dropout, seed: 1 };
  try {
    learner.step(inputs, batch, settings);
    const beforeMs = input.now();
    let steps = 0;
    while (steps < measureSteps && input.now() < Math.min(beforeMs + measureMs, input.deadlineMs)) {
      learner.step(inputs, batch, settings);
      steps++;
    }
    return Math.max(0.05, (input.now() - beforeMs) / Math.max(1, steps));
  } finally {
    learner.dispose();
  }
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
