import type { GeneratedFeature } from '@laurel/contracts';
import type { Column, Table } from '@laurel/tabular';
import { partOf } from '../../models/states.ts';
import type { ModelState } from '../../models/types.ts';
import { transformers } from '../registry.ts';
import { type KeyColumn, placeReader } from './keys.ts';
import type { Shared, Transformer } from './types.ts';

/** Features made of others: what a model needs besides the columns of its table. */
export interface Recipe {
  generated: GeneratedFeature[];
  /** the table with the made columns at its end */
  transform(table: Table): Table;
  state(): ModelState;
}

/** One step as it is kept: which of its columns, under which names. */
export interface KeptStep {
  transformer: string;
  features: GeneratedFeature[];
  /** places of `features` among what the step gives */
  kept: number[];
  state: ModelState;
  keys?: string[];
}

export interface ReadyStep extends KeptStep {
  values: ReturnType<Transformer['prepare']>;
}

type StoredStep = Omit<KeptStep, 'state'> & { header: unknown };

export function prepareStep(step: KeptStep): ReadyStep {
  const found = transformers.find(({ id }) => id === step.transformer);
  if (!found) {
    const what = `This version makes no features by "${step.transformer}"; the model was written by another version.`;
    throw new Error(what);
  }
  return { ...step, values: found.prepare(step.state) };
}

/** `keys`: at least those that the steps read. */
export function createRecipe(steps: readonly ReadyStep[], keys: readonly KeyColumn[]): Recipe {
  const used = new Set(steps.flatMap((step) => step.keys ?? []));
  const ownKeys = keys.filter(({ name }) => used.has(name));
  const readers = new Map(ownKeys.map((key) => [key.name, placeReader(key)]));
  return {
    generated: steps.flatMap((step) => step.features),
    transform(table) {
      const shared = sharedOf(table, (name) => readers.get(name)!);
      const columns: Column[] = [...table.columns];
      for (const { values, features, kept } of steps) {
        const all = values(table, shared);
        features.forEach(({ name }, i) => {
          columns.push({ name, type: 'numeric', values: all[kept[i]!]! });
        });
      }
      return { rows: table.rows, columns };
    },
    state: () => stateOf(steps, ownKeys),
  };
}

export function restoreRecipe(state: ModelState): Recipe {
  const { steps, keys } = state.header as { steps: StoredStep[]; keys: Omit<KeyColumn, 'numbers'>[] };
  const headers = Object.fromEntries(steps.map(({ header }, index) => [`s${index}`, header]));
  return createRecipe(
    steps.map(({ header: _, ...step }, index) =>
      prepareStep({ ...step, state: partOf({ header: headers, tensors: state.tensors }, `s${index}`) }),
    ),
    keys.map((key) => {
      const numbers = state.tensors[`key:${key.name}`];
      return { ...key, numbers: numbers instanceof Float64Array ? numbers : null };
    }),
  );
}

/** Reads the places of each key column of a table once. */
export function sharedOf(table: Table, readerOf: (column: string) => ReturnType<typeof placeReader>): Shared {
  const known = new Map<string, Int32Array>();
  return {
    placesOf(name) {
      const places = known.get(name) ?? readerOf(name)(table);
      known.set(name, places);
      return places;
    },
  };
}

function stateOf(steps: readonly KeptStep[], keys: readonly KeyColumn[]): ModelState {
  const tensors: ModelState['tensors'] = {};
  for (const { name, numbers } of keys) if (numbers) tensors[`key:${name}`] = numbers;
  const stored = steps.map(({ transformer, features, kept, state, keys: own }, index): StoredStep => {
    for (const [name, values] of Object.entries(state.tensors)) tensors[`s${index}:${name}`] = values;
    return { transformer, features, kept, header: state.header, ...(own ? { keys: own } : {}) };
  });
  return { header: { steps: stored, keys: keys.map(({ name, size }) => ({ name, size })) }, tensors };
}
