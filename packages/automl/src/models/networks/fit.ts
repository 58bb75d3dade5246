import type { ClockDecisions } from '@laurel/contracts';
import { createRandom, deriveSeed } from '@laurel/tabular';
import { type DesignEncoder, fitDesign } from '../../features/design.ts';
import { type Expansion, fitExpansion } from '../../features/expand.ts';
import { targetOutputs } from '../../features/outputs.ts';
import { pick } from '../rows.ts';
import type { FitInput, FittedModel } from '../types.ts';
import { type Effort, effortOf } from './effort.ts';
import { gather } from './evaluate.ts';
import { initialValues, startRows } from './initial.ts';
import { createNetworkModel } from './model.ts';
import { fitOutput, lossSlopeOf, type NetworkOutput, predictionsOf, startOf, type Truth } from './output.ts';
import type { Recipe } from './recipe.ts';
import type { Structure, Values } from './structure.ts';
import { type TrainData, type Trained, train } from './train.ts';

/**
 * Tables of more numbers, words apart, have none of them embedded: waves of hundreds take most of the time and help
 * little. Words, which come last, never are.
 */
const mostEmbedded = 100;
/** Trained tensors, gradients and activations come on top of the tables. */
const memoryShare = 0.7;

/** Fits networks after a recipe; the fit of every family of networks. */
export async function fitNetworks(input: FitInput, recipe: Recipe): Promise<FittedModel> {
  input.signal?.throwIfAborted();
  const { loadTensors } = await import('../../backend/tfjs.ts'); // here, because predictions do without
  await loadTensors();
  const { expansion, encoder, data, output, truth } = prepare(input, recipe);
  const numbers = encoder.columnsBefore(expansion.firstWord);
  const asked: Structure = {
    inputs: encoder.width + encoder.hotWidth,
    embedded: recipe.embeds && numbers <= mostEmbedded ? numbers : 0,
    copies: recipe.copies,
    widths: recipe.widths,
    outputs: output.width,
    activation: recipe.activation,
    parametric: recipe.parametric,
  };
  const start = (structure: Structure, member: number) =>
    startValues(structure, recipe, data, startOf(output, truth), seedOf(input.seed, 'weights', member));
  const first = start(asked, 0);
  const effort = effortOf(input, asked, first, recipe, data);
  const structure = { ...asked, widths: effort.widths };
  const isAsAsked = String(effort.widths) === String(asked.widths);
  const trained: Trained[] = [];
  for (let member = 0; member < effort.members; member++) {
    const own = memberInput(input, member, effort.members);
    const values = member === 0 && isAsAsked ? first : start(structure, member);
    trained.push(await train(own, structure, values, recipe, data, effort.epochs));
    if (trained.at(-1)!.truncated) break;
  }
  const decided = decisions(effort, trained);
  return createNetworkModel(
    {
      expansion,
      encoder,
      output,
      structure,
      members: trained.map(({ values, temperature }) => ({ values, temperature })),
    },
    {
      epochs: trained[0]!.epochs,
      curve: trained[0]!.curve,
      truncated: trained.some(({ truncated }) => truncated),
      ...(Object.keys(decided).length > 0 ? { decided } : {}),
    },
  );
}

function prepare(
  input: FitInput,
  recipe: Recipe,
): { expansion: Expansion; encoder: DesignEncoder; data: TrainData; output: NetworkOutput; truth: Truth } {
  const { train: rows, task, classes } = input;
  const target = pick(rows.target, rows.rows);
  const truth = { target, weights: rows.weights ? pick(rows.weights, rows.rows) : null };
  const outputs = targetOutputs(task, classes, rows.target, rows.rows, rows.blocks);
  const { expansion, training } = fitExpansion(rows.features, rows.rows, outputs, {
    cyclicDates: true,
    words: 100,
    levelLimit: 50,
    levelMinCount: Math.min(3, 1 + rows.rows.length / 200),
    coded: input.features?.coded,
    seed: deriveSeed(input.seed, 'features'),
  });
  const sizes = expansion.categories.map((category) => category.size);
  const encoder = fitDesign(training, sizes, recipe.scaling);
  const count = rows.rows.length + (input.validation?.rows.length ?? 0);
  checkMemory(input, count * (8 * encoder.width + 4 * sizes.length + 8 * expansion.numericNames.length));
  const output = fitOutput(task, classes, target);
  const data: TrainData = {
    design: encoder.encode(training),
    lossSlope: lossSlopeOf(output, truth, recipe.labelSmoothing),
    toPredictions: (values, rowCount) => predictionsOf(output, values, rowCount),
    validation: input.validation && {
      design: encoder.encode(expansion.transform(input.validation.features, input.validation.rows)),
      target: pick(input.validation.target, input.validation.rows),
    },
  };
  return { expansion, encoder, data, output, truth };
}

function checkMemory({ memoryLimitBytes }: FitInput, bytes: number): void {
  if (memoryLimitBytes === undefined || bytes <= memoryShare * memoryLimitBytes) return;
  const megabytes = (value: number) => Math.ceil(value / 1e6);
  const message = `The table would take ${megabytes(bytes)} MB as numbers for a network; the fit may take ${megabytes(memoryLimitBytes)} MB. Use fewer rows or columns, or allow more memory.`;
  throw Object.assign(new Error(message), { code: 'MEMORY_LIMIT' });
}

function startValues(
  structure: Structure,
  recipe: Recipe,
  { design }: TrainData,
  start: Float64Array,
  seed: number,
): Values {
  const random = createRandom(seed);
  const count = Math.min(startRows, design.rows);
  const rows = Int32Array.from({ length: count }, () => random.int(design.rows));
  return initialValues(structure, recipe, { inputs: gather(design, rows), rows: count }, start, random);
}

/** The first member is what a single network would be. */
function seedOf(seed: number, purpose: string, member: number): number {
  return member === 0 ? deriveSeed(seed, purpose) : deriveSeed(seed, purpose, member);
}

/** What one member is given: its share of the time that is left, its own seed and its own part of a record. */
function memberInput(input: FitInput, member: number, members: number): FitInput {
  const share = (input.deadlineMs - input.now()) / (members - member);
  const { decided, onIteration, ...rest } = input;
  return {
    ...rest,
    seed: member === 0 ? input.seed : deriveSeed(input.seed, 'member', member),
    deadlineMs: input.now() + share,
    ...(member === 0 && onIteration ? { onIteration } : {}),
    ...(decided ? { decided: partOfRecord(decided, member) } : {}),
  };
}

const suffixOf = (member: number) => (member === 0 ? '' : `/${member}`);

function partOfRecord(decided: ClockDecisions, member: number): ClockDecisions {
  const own: ClockDecisions = {};
  for (const key of ['left', 'looks']) {
    const value = decided[key + suffixOf(member)];
    if (value !== undefined) own[key] = value;
  }
  return own;
}

function decisions({ byClock, widths }: Effort, trained: readonly Trained[]): ClockDecisions {
  const found: ClockDecisions = {};
  for (const [member, { decided }] of trained.entries()) {
    for (const [key, value] of Object.entries(decided ?? {})) found[key + suffixOf(member)] = value;
  }
  if (!byClock) return found;
  found.members = trained.length;
  for (const [l, width] of widths.entries()) found[`width${l}`] = width;
  return found;
}
