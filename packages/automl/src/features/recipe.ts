import type { GeneratedFeature, TaskKind } from '@laurel/contracts';
import { type Column, deriveSeed, type NumericColumn, type Table } from '@laurel/tabular';
import { partOf } from '../models/states.ts';
import type { Config, ModelState } from '../models/types.ts';
import { type TargetOutputs, targetOutputs } from './outputs.ts';
import { type KeyColumn, placeReader } from './recipe/keys.ts';
import { stepsAboveNoise } from './recipe/probes.ts';
import { tellingKeys } from './recipe/telling-keys.ts';
import type { Shared, Step, TransformInput } from './recipe/types.ts';
import { transformers } from './registry.ts';
import { targetFolds } from './target-encoding.ts';

/** Numbers that the made columns of one table may have together, and columns at most. */
const [mostCells, mostColumns] = [24_000_000, 250];

export interface RecipeInput {
  table: Table;
  /** training rows of `table`: all that is learnt comes from them */
  rows: Int32Array;
  /** class index or value, for every row of `table` */
  target: Float64Array;
  task: TaskKind;
  classes: number;
  /** per row of `table`: rows of one number belong together; absent: each is alone */
  blocks?: Int32Array | undefined;
  config: Config;
  seed: number;
  /** names of features that are never made */
  dropped?: readonly string[];
  /** asked before each transformer: how many of them still run; the rest is left out */
  goesOn?: (done: number) => boolean;
}

/** Features made of others: what a model needs besides the columns of its table. */
export interface Recipe {
  generated: GeneratedFeature[];
  /** the table with the made columns at its end */
  transform(table: Table): Table;
  state(): ModelState;
}

/** One step as it is kept: which of its columns, under which names. */
interface KeptStep {
  transformer: string;
  features: GeneratedFeature[];
  /** places of `features` among what the step gives */
  kept: number[];
  state: ModelState;
  training?: Float64Array[];
  keys?: string[];
}

type StoredStep = Omit<KeptStep, 'training' | 'state'> & { header: unknown };

/**
 * Makes the features that a configuration asks for, learnt from `rows` alone. In `enriched`, which has every row of the
 * table, training rows carry values made from other training rows where the target is used. Null: nothing is made.
 * `transformersRun` is less than all when `goesOn` ended it.
 */
export async function fitRecipe(
  input: RecipeInput,
): Promise<{ recipe: Recipe | null; enriched: Table; transformersRun: number }> {
  const { table, rows, seed, config } = input;
  const outputs = targetOutputs(input.task, input.classes, input.target, rows, input.blocks);
  const folds = targetFolds(outputs, seed);
  const most = Math.min(mostColumns, Math.max(8, Math.floor(mostCells / Math.max(1, table.rows))));
  const given: TransformInput = {
    table,
    rows,
    outputs,
    folds,
    config,
    seed: deriveSeed(seed, 'recipe'),
    ...keysOf(table, rows, outputs, folds),
  };
  const names = new Set([...table.columns.map(({ name }) => name), ...(input.dropped ?? [])]);
  const steps: KeptStep[] = [];
  let columns = 0;
  let run = 0;
  for (const transformer of transformers) {
    if (input.goesOn && !input.goesOn(run)) break;
    for (const step of transformer.fit(given)) {
      if (columns + step.features.length > most) break;
      const kept = keep(transformer.id, step, names);
      if (kept.features.length === 0) continue;
      steps.push(kept);
      columns += kept.features.length;
    }
    run++;
  }
  const made = enrich(steps, given);
  if (config.probes !== true || steps.length === 0) return { ...made, transformersRun: run };
  const used = await stepsAboveNoise(input, table, made.made);
  const chosen = steps.flatMap((step) => select(step, used) ?? []);
  return { ...enrich(chosen, given), transformersRun: run };
}

export function restoreRecipe(state: ModelState): Recipe {
  const { steps, keys } = state.header as { steps: StoredStep[]; keys: Omit<KeyColumn, 'numbers'>[] };
  const headers = Object.fromEntries(steps.map(({ header }, index) => [`s${index}`, header]));
  return createRecipe(
    steps.map(({ header: _, ...step }, index) => ({
      ...step,
      state: partOf({ header: headers, tensors: state.tensors }, `s${index}`),
    })),
    keys.map((key) => {
      const numbers = state.tensors[`key:${key.name}`];
      return { ...key, numbers: numbers instanceof Float64Array ? numbers : null };
    }),
  );
}

/** The columns that read as categories, and their places among the training rows, each read once. */
function keysOf(table: Table, rows: Int32Array, outputs: TargetOutputs, folds: Uint8Array) {
  const known = new Map<KeyColumn, Int32Array>();
  const placesOf = (key: KeyColumn) => {
    const places = known.get(key) ?? placeReader(key)(table, rows);
    known.set(key, places);
    return places;
  };
  return { keys: tellingKeys(table, rows, outputs, folds, placesOf), placesOf };
}

/** Names of features that the table or the person does not want twice or at all are passed over. */
function keep(transformer: string, step: Step, names: Set<string>): KeptStep {
  const kept: number[] = [];
  step.features.forEach(({ name }, place) => {
    if (names.has(name)) return;
    names.add(name);
    kept.push(place);
  });
  return {
    transformer,
    features: kept.map((place) => step.features[place]!),
    kept,
    state: step.state,
    ...(step.keys ? { keys: step.keys } : {}),
    ...(step.training ? { training: kept.map((place) => step.training![place]!) } : {}),
  };
}

function select(step: KeptStep, used: ReadonlySet<string>): KeptStep | null {
  const places = [...step.features.keys()].filter((place) => used.has(step.features[place]!.name));
  if (places.length === 0) return null;
  return {
    ...step,
    features: places.map((place) => step.features[place]!),
    kept: places.map((place) => step.kept[place]!),
    ...(step.training ? { training: places.map((place) => step.training![place]!) } : {}),
  };
}

function enrich(steps: KeptStep[], { table, rows, keys }: TransformInput) {
  if (steps.length === 0) return { recipe: null, enriched: table, made: [] };
  const recipe = createRecipe(steps, keys);
  const enriched = recipe.transform(table);
  const made = enriched.columns.slice(table.columns.length) as NumericColumn[];
  const training = steps.flatMap((step) => step.features.map((_, place) => step.training?.[place]));
  made.forEach(({ values }, k) => {
    const own = training[k];
    if (own) for (let i = 0; i < rows.length; i++) values[rows[i]!] = own[i]!;
  });
  return { recipe, enriched, made };
}

function createRecipe(steps: readonly Omit<KeptStep, 'training'>[], keys: readonly KeyColumn[]): Recipe {
  const ready = steps.map((step) => ({ step, values: transformerOf(step.transformer).prepare(step.state) }));
  const used = new Set(steps.flatMap((step) => step.keys ?? []));
  const ownKeys = keys.filter(({ name }) => used.has(name));
  const readers = new Map(ownKeys.map((key) => [key.name, placeReader(key)]));
  return {
    generated: steps.flatMap((step) => step.features),
    transform(table) {
      const shared = sharedOf(table, readers);
      const columns: Column[] = [...table.columns];
      for (const { step, values } of ready) {
        const all = values(table, shared);
        step.features.forEach(({ name }, i) => {
          columns.push({ name, type: 'numeric', values: all[step.kept[i]!]! });
        });
      }
      return { rows: table.rows, columns };
    },
    state: () => stateOf(steps, ownKeys),
  };
}

function sharedOf(table: Table, readers: Map<string, ReturnType<typeof placeReader>>): Shared {
  const known = new Map<string, Int32Array>();
  return {
    placesOf(name) {
      const places = known.get(name) ?? readers.get(name)!(table);
      known.set(name, places);
      return places;
    },
  };
}

function stateOf(steps: readonly Omit<KeptStep, 'training'>[], keys: readonly KeyColumn[]): ModelState {
  const tensors: ModelState['tensors'] = {};
  for (const { name, numbers } of keys) if (numbers) tensors[`key:${name}`] = numbers;
  const stored = steps.map(({ transformer, features, kept, state, keys: own }, index): StoredStep => {
    for (const [name, values] of Object.entries(state.tensors)) tensors[`s${index}:${name}`] = values;
    return { transformer, features, kept, header: state.header, ...(own ? { keys: own } : {}) };
  });
  return { header: { steps: stored, keys: keys.map(({ name, size }) => ({ name, size })) }, tensors };
}

function transformerOf(id: string) {
  const found = transformers.find((transformer) => transformer.id === id);
  if (!found) throw new Error(`This version makes no features by "${id}"; the model was written by another version.`);
  return found;
}
