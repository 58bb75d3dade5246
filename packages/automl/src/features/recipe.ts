import type { GeneratedFeature, TaskKind } from '@laurel/contracts';
import { type Column, deriveSeed, type NumericColumn, type Table } from '@laurel/tabular';
import { partOf } from '../models/states.ts';
import type { Config, ModelState } from '../models/types.ts';
import { targetOutputs } from './outputs.ts';
import { stepsAboveNoise } from './recipe/probes.ts';
import type { Step, TransformInput } from './recipe/types.ts';
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
}

/**
 * Makes the features that a configuration asks for, learnt from `rows` alone. In `enriched`, which has every row of the
 * table, training rows carry values made from other training rows where the target is used. Null: nothing is made.
 * `transformersRun` is less than all when `goesOn` ended it.
 */
export async function fitRecipe(
  input: RecipeInput,
): Promise<{ recipe: Recipe | null; enriched: Table; transformersRun: number }> {
  const { table, rows, seed, config } = input;
  const outputs = targetOutputs(input.task, input.classes, input.target, rows);
  const most = Math.min(mostColumns, Math.max(8, Math.floor(mostCells / Math.max(1, table.rows))));
  const given: TransformInput = {
    table,
    rows,
    outputs,
    folds: targetFolds(outputs.values, seed),
    config,
    seed: deriveSeed(seed, 'recipe'),
    mostColumns: most,
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
  const made = enrich(steps, table, rows);
  if (config.probes !== true || steps.length === 0) return { ...made, transformersRun: run };
  const used = await stepsAboveNoise(input, table, made.made);
  const chosen = steps.flatMap((step) => select(step, used) ?? []);
  return { ...enrich(chosen, table, rows), transformersRun: run };
}

export function restoreRecipe(state: ModelState): Recipe {
  const { steps } = state.header as { steps: Omit<KeptStep, 'state' | 'training'>[] };
  return createRecipe(steps.map((step, index) => ({ ...step, state: partOf(partState(state), `s${index}`) })));
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

function enrich(steps: KeptStep[], table: Table, rows: Int32Array) {
  if (steps.length === 0) return { recipe: null, enriched: table, made: [] };
  const recipe = createRecipe(steps);
  const enriched = recipe.transform(table);
  const made = enriched.columns.slice(table.columns.length) as NumericColumn[];
  const training = steps.flatMap((step) => step.features.map((_, place) => step.training?.[place]));
  made.forEach(({ values }, k) => {
    const own = training[k];
    if (own) for (let i = 0; i < rows.length; i++) values[rows[i]!] = own[i]!;
  });
  return { recipe, enriched, made };
}

function createRecipe(steps: readonly Omit<KeptStep, 'training'>[]): Recipe {
  const ready = steps.map((step) => ({ step, values: transformerOf(step.transformer).prepare(step.state) }));
  return {
    generated: steps.flatMap((step) => step.features),
    transform(table) {
      const made = ready.flatMap(({ step, values }): Column[] => {
        const all = values(table);
        return step.features.map(({ name }, i) => ({ name, type: 'numeric', values: all[step.kept[i]!]! }));
      });
      return { rows: table.rows, columns: [...table.columns, ...made] };
    },
    state: () => stateOf(steps),
  };
}

function stateOf(steps: readonly Omit<KeptStep, 'training'>[]): ModelState {
  const tensors: ModelState['tensors'] = {};
  steps.forEach((step, index) => {
    for (const [name, values] of Object.entries(step.state.tensors)) tensors[`s${index}:${name}`] = values;
  });
  const header = steps.map(({ transformer, features, kept, state }) => ({
    transformer,
    features,
    kept,
    header: state.header,
  }));
  return { header: { steps: header }, tensors };
}

/** The headers of the steps by part, as `partOf` reads them. */
function partState({ header, tensors }: ModelState): ModelState {
  const { steps } = header as { steps: { header: unknown }[] };
  return { header: Object.fromEntries(steps.map((step, index) => [`s${index}`, step.header])), tensors };
}

function transformerOf(id: string) {
  const found = transformers.find((transformer) => transformer.id === id);
  if (!found) throw new Error(`This version makes no features by "${id}"; the model was written by another version.`);
  return found;
}
