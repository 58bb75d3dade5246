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
}

/** Multiplications and additions of a fit without a deadline, so that it takes a minute at most on any machine. */
const flopsWithoutClock = 2e10;
const narrowest = 32;
const timeShare = 0.9;
const measureMs = 12;
const measureSteps = 24;
/** A further network is begun where all of them get at least this part of the epochs. */
const enoughEpochs = 0.5;

/**
 * With a deadline a few steps are measured: layers are halved until there is time for sixteen passes over the rows, and
 * there are as many networks as get half of the epochs wanted. Without one, a formula of rows and columns decides.
 */
export function effortOf(
  input: FitInput,
  structure: Structure,
  start: Values,
  recipe: Recipe,
  data: TrainData,
): Effort {
  const { decided } = input;
  const fitting = withinModel(input, structure, recipe);
  if (decided) {
    const widths = fitting.widths.map((width, l) => numberOr(decided[`width${l}`], width));
    return { widths, members: numberOr(decided.members, fitting.members), epochs: recipe.epochs };
  }
  const batch = batchSizeFor(data.design.rows);
  const stepsPerEpoch = Math.max(1, Math.floor(data.design.rows / batch));
  const flopsPerEpoch = 6 * productsOf({ ...structure, widths: fitting.widths }) * batch * stepsPerEpoch;
  if (!Number.isFinite(input.deadlineMs)) {
    const affordable = Math.floor(flopsWithoutClock / flopsPerEpoch);
    const epochs = Math.min(recipe.epochs, Math.max(fewestEpochs, affordable));
    const members = Math.min(fitting.members, Math.max(1, Math.floor(affordable / epochs)));
    return { widths: fitting.widths, members, epochs };
  }
  const beforeMs = input.now();
  const stepMs = measure(input, structure, start, recipe, data, batch);
  const leftMs = timeShare * (input.deadlineMs - input.now()) - (input.now() - beforeMs);
  const validated = 1 + (data.validation?.design.rows ?? 0) / (3 * data.design.rows);
  const epochsWith = (widths: number[]) => {
    const part = productsOf({ ...structure, widths }) / productsOf(structure);
    return leftMs / (stepsPerEpoch * stepMs * validated * part);
  };
  let { widths } = fitting;
  while (epochsWith(widths) < fewestEpochs && Math.max(...widths) > narrowest) widths = halved(widths);
  const members = Math.floor(epochsWith(widths) / (enoughEpochs * recipe.epochs));
  return { widths, members: Math.max(1, Math.min(fitting.members, members)), epochs: recipe.epochs };
}

/** Layers and members of which the stored numbers stay within the limit. */
function withinModel({ modelLimitBytes }: FitInput, structure: Structure, { members }: Recipe) {
  const limit = modelLimitBytes ?? Number.POSITIVE_INFINITY;
  let { widths } = structure;
  const bytes = () => 4 * countOf({ ...structure, widths });
  while (bytes() > limit && Math.max(...widths) > narrowest) widths = halved(widths);
  return { widths, members: Math.max(1, Math.min(members, Math.floor(limit / bytes()))) };
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
