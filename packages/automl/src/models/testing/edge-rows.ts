import type { TaskKind } from '@laurel/contracts';
import { type Column, createRandom, type Table } from '@laurel/tabular';
import { expect, it } from 'vitest';
import type { FamilyInfo, FittedModel, ModelState } from '../types.ts';
import { fitInput, type Synthetic, synthetic } from './synthetic.ts';

const numbers = [Number.NaN, Infinity, -Infinity, 0, -0, 1e308, -1e308, 5e-324, 0.25];
/** the last level is in no training row; the second is the empty string */
const levels = ['blue', '', 'red', 'yellow', 'never seen'];
const remarks = ['good words', '', 'never-seen words', '0'];

/** Rows to train on: those of `synthetic`, with a level that is the empty string, and a text that is sometimes empty. */
export function edgeTraining(task: TaskKind): Synthetic {
  const data = synthetic(task, 150, 31);
  const random = createRandom(32);
  const codes = Int32Array.from({ length: data.features.rows }, () => random.int(3) - 1);
  const columns = data.features.columns.map((column) => ('codes' in column ? { ...column, levels } : column));
  columns.push({ name: 'remark', type: 'text', codes, levels: remarks });
  return { ...data, features: { ...data.features, columns } };
}

/** Rows to predict with everything odd that a cell can hold, in all kinds of company. */
export function edgeRows(): Table {
  const rows = numbers.length * (levels.length + 1);
  const numeric = (step: number) =>
    Float64Array.from({ length: rows }, (_, i) => numbers[(i * step) % numbers.length]!);
  const coded = (size: number) => Int32Array.from({ length: rows }, (_, i) => (Math.floor(i / 2) % (size + 1)) - 1);
  const columns: Column[] = [
    { name: 'a', type: 'numeric', values: numeric(1) },
    { name: 'b', type: 'numeric', values: numeric(2) },
    { name: 'noise', type: 'numeric', values: numeric(4) },
    { name: 'skewed', type: 'numeric', values: numeric(5) },
    { name: 'colour', type: 'categorical', codes: coded(levels.length), levels },
    { name: 'when', type: 'datetime', values: numeric(7) },
    { name: 'remark', type: 'text', codes: coded(remarks.length), levels: remarks },
  ];
  return { rows, columns };
}

/** The family's default on the edge training rows, as small as it can be asked to be. */
export async function fitOnEdges(info: FamilyInfo, task: TaskKind): Promise<FittedModel> {
  const data = edgeTraining(task);
  const facts = { task, rows: 150, numericFeatures: 4, categoricalFeatures: 1, levels: 5, classes: data.classes };
  const config = { ...info.startingConfigs(facts)[0], ...(info.space.epochs ? { epochs: 3 } : {}) };
  return (await info.load()).fit(fitInput(data, config));
}

/** What is trained is what is served: an odd row gets the same numbers whichever way it comes. */
export function describeEdgeRows(info: FamilyInfo): void {
  it.each([...info.tasks])(
    'predicts odd rows the same alone, among others, restored and reordered (%s)',
    async (task) => {
      const model = await fitOnEdges(info, task);
      const restored = await (await info.load()).restore(copyOf(model.state()));
      const table = edgeRows();
      const all = model.predict(table);
      const width = all.length / table.rows;
      const turned: Table = { rows: table.rows, columns: [...table.columns].reverse() };
      expect(same(restored.predict(table), all)).toBe(true);
      expect(same(restored.predict(turned), all)).toBe(true);
      for (let row = 0; row < table.rows; row++) {
        const expected = all.subarray(row * width, (row + 1) * width);
        const alone = oneRow(table, row);
        for (const given of [
          model.predict(table, Int32Array.of(row)),
          restored.predict(alone),
          restored.predict(oneRow(turned, row)),
          model.predict(table, Int32Array.of(0, row)).subarray(width),
        ]) {
          expect(same(given, expected), `row ${row}: ${given} is not ${expected}`).toBe(true);
        }
      }
      for (const one of [model, restored]) one.dispose();
    },
  );
}

/** The row as a table of its own; text keeps its levels. */
export function oneRow(table: Table, row: number): Table {
  const columns = table.columns.map((column): Column => {
    if ('values' in column) return { ...column, values: column.values.slice(row, row + 1) };
    return { ...column, codes: column.codes.slice(row, row + 1) };
  });
  return { rows: 1, columns };
}

/** As a store does it: the header as JSON text, tensors as bytes. */
export function copyOf(state: ModelState): ModelState {
  return fromPrinted(printed(state));
}

/** Bit for bit. */
export function same(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return bytesOf(a).equals(bytesOf(b));
}

/** A state as plain JSON: quick to compare, and fit to be sent. */
export interface Printed {
  header: unknown;
  tensors: [name: string, type: string, base64: string][];
}

export function printed({ header, tensors }: ModelState): Printed {
  return {
    header: JSON.parse(JSON.stringify(header)),
    tensors: Object.entries(tensors).map(([name, tensor]) => {
      return [name, tensor.constructor.name, bytesOf(tensor).toString('base64')];
    }),
  };
}

const arrays = { Float64Array, Float32Array, Int32Array, Uint8Array };

export function fromPrinted({ header, tensors }: Printed): ModelState {
  const entries = tensors.map(([name, type, base64]) => {
    const { buffer } = Uint8Array.from(Buffer.from(base64, 'base64'));
    return [name, new arrays[type as keyof typeof arrays](buffer)] as const;
  });
  return { header, tensors: Object.fromEntries(entries) };
}

function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}
