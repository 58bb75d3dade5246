import type { ClockDecisions, TaskKind } from '@laurel/contracts';
import { deriveSeed, type NumericColumn, type Table } from '@laurel/tabular';
import type { Config } from '../models/types.ts';
import { type TargetOutputs, targetOutputs } from './outputs.ts';
import { type RecipeClock, recipeClock } from './recipe/clock.ts';
import { type KeyColumn, placeReader } from './recipe/keys.ts';
import { namesAboveNoise } from './recipe/probes.ts';
import { createRecipe, prepareStep, type ReadyStep, type Recipe, sharedOf } from './recipe/stored.ts';
import { type TellingKey, tellingKeys } from './recipe/telling-keys.ts';
import type { Step, TransformInput } from './recipe/types.ts';
import { asksFor } from './recipe-space.ts';
import { transformers } from './registry.ts';
import { targetFolds } from './target-encoding.ts';

/** Numbers that the made columns of one table may have together, and columns at most. */
const [mostCells, mostColumns] = [24_000_000, 250];

export interface RecipeInput {
  /** the columns are made for all of its rows */
  table: Table;
  /** training rows of `table`: all that is learnt comes from them */
  rows: Int32Array;
  /** class index or value, for every row of `table` */
  target: Float64Array;
  task: TaskKind;
  classes: number;
  /** names of the classes; absent: their numbers from 1 */
  labels?: readonly string[] | undefined;
  /** per row of `table`: rows of one number belong together; absent: each is alone */
  blocks?: Int32Array | undefined;
  config: Config;
  seed: number;
  /** names of features that are never made */
  dropped?: readonly string[];
  /** asked between the steps: what is not made by then is left out; absent: there is time */
  clock?: RecipeClock;
}

/** A step with its columns of the table that it was made for. */
interface MadeStep {
  step: ReadyStep;
  columns: NumericColumn[];
}

/**
 * Makes the features that a configuration asks for, learnt from `rows` alone. In `enriched`, which has every row of the
 * table, training rows carry values made from other training rows where the target is used. Null: nothing is made.
 * `decided`: what the clock ended, undefined where it took no part.
 */
export async function fitRecipe(
  input: RecipeInput,
): Promise<{ recipe: Recipe | null; enriched: Table; decided: ClockDecisions | undefined }> {
  const { table } = input;
  const clock = input.clock ?? recipeClock({ deadlineMs: Number.POSITIVE_INFINITY, now: () => 0 });
  const { made, keys } = await makeSteps(input, clock);
  const columns = made.flatMap((step) => step.columns);
  const wanted = input.config.probes === true && made.length > 0;
  const used = wanted ? await namesAboveNoise(input, columns, clock.probes) : null;
  const steps = made.flatMap(({ step }) => (used ? (select(step, used) ?? []) : step));
  const decided = clock.decided();
  if (steps.length === 0) return { recipe: null, enriched: table, decided };
  const kept = used ? columns.filter(({ name }) => used.has(name)) : columns;
  const enriched = { rows: table.rows, columns: [...table.columns, ...kept] };
  return { recipe: createRecipe(steps, keys), enriched, decided };
}

/** Steps and their columns, until time or the room for columns ends. */
async function makeSteps(input: RecipeInput, clock: RecipeClock): Promise<{ made: MadeStep[]; keys: KeyColumn[] }> {
  const { table, config } = input;
  const { readerOf, ...given } = learnFrom(input);
  const asked = transformers.filter(({ id }) => asksFor(config, id));
  const most = Math.min(mostColumns, Math.max(8, Math.floor(mostCells / Math.max(1, table.rows))));
  const names = new Set([...table.columns.map(({ name }) => name), ...(input.dropped ?? [])]);
  const made: MadeStep[] = [];
  let keys: KeyColumn[] | null = null;
  const shared = sharedOf(table, (name) => readerOf(keys!.find((key) => key.name === name)!));
  let free = most;
  for (const [place, transformer] of asked.entries()) {
    if (clock.steps.isOver()) break;
    if (transformer.readsKeys) keys ??= await findKeys(given, clock);
    // An equal share of what the ones before have left; the first step may go beyond, where it would have no room else.
    const share = Math.floor(free / (asked.length - place));
    let used = 0;
    for (const step of transformer.fit({ ...given, keys: transformer.readsKeys ? keys! : [] })) {
      await clock.steps.breathe();
      if (clock.steps.isOver()) break;
      if (step && step.features.length > (used === 0 ? free : share - used)) break;
      const own = step && make(transformer.id, step, names, { table, rows: input.rows, shared });
      if (!own) continue;
      made.push(own);
      used += own.columns.length;
    }
    free -= used;
  }
  return { made, keys: keys ?? [] };
}

/** What all transformers are given, and the readers of key columns, each built once. */
function learnFrom(input: RecipeInput) {
  const { table, rows, seed, config, labels } = input;
  const outputs = targetOutputs(input.task, input.classes, input.target, rows, input.blocks);
  const readers = new Map<KeyColumn, ReturnType<typeof placeReader>>();
  const readerOf = (key: KeyColumn) => {
    const reader = readers.get(key) ?? placeReader(key);
    readers.set(key, reader);
    return reader;
  };
  return {
    table,
    rows,
    outputs,
    suffixes: suffixesOf(outputs, labels),
    folds: targetFolds(outputs, seed),
    config,
    seed: deriveSeed(seed, 'recipe'),
    placesOf: (key: KeyColumn, of = rows) => readerOf(key)(table, of),
    readerOf,
  };
}

/** By class, not by place among the outputs: a name means the same in every fold. */
function suffixesOf({ values, classes }: TargetOutputs, labels: readonly string[] | undefined): string[] {
  return classes ? classes.map((k) => ` (class ${labels?.[k] ?? k + 1})`) : values.map(() => '');
}

/** The columns that read as categories, those that tell most of the target first; those found when time ends. */
async function findKeys(
  { table, rows, outputs, folds }: Pick<TransformInput, 'table' | 'rows' | 'outputs' | 'folds'>,
  clock: RecipeClock,
): Promise<KeyColumn[]> {
  const found: TellingKey[] = [];
  for (const telling of tellingKeys(table, rows, outputs, folds)) {
    if (telling) found.push(telling);
    await clock.keys.breathe();
    if (clock.keys.isOver()) break;
  }
  return found.sort((a, b) => b.explained - a.explained).map(({ key }) => key);
}

/** Names of features that the table or the person does not want twice or at all are passed over; null: all of them. */
function make(
  transformer: string,
  { features, training, state, keys }: Step,
  names: Set<string>,
  { table, rows, shared }: Pick<TransformInput, 'table' | 'rows'> & { shared: ReturnType<typeof sharedOf> },
): MadeStep | null {
  const kept = [...features.keys()].filter((place) => !names.has(features[place]!.name));
  if (kept.length === 0) return null;
  for (const place of kept) names.add(features[place]!.name);
  const own = kept.map((place) => features[place]!);
  const step = prepareStep({ transformer, features: own, kept, state, ...(keys ? { keys } : {}) });
  const all = step.values(table, shared);
  const columns = kept.map((place): NumericColumn => {
    const values = all[place]!;
    const outOfFold = training?.[place];
    if (outOfFold) for (let i = 0; i < rows.length; i++) values[rows[i]!] = outOfFold[i]!;
    return { name: features[place]!.name, type: 'numeric', values };
  });
  return { step, columns };
}

function select(step: ReadyStep, used: ReadonlySet<string>): ReadyStep | null {
  const places = [...step.features.keys()].filter((place) => used.has(step.features[place]!.name));
  if (places.length === 0) return null;
  return {
    ...step,
    features: places.map((place) => step.features[place]!),
    kept: places.map((place) => step.kept[place]!),
  };
}
