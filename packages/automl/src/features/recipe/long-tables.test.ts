import { type Column, createRandom, selectRows, type Table } from '@laurel/tabular';
import { expect, it } from 'vitest';
import { targetOutputs } from '../outputs.ts';
import { clusters } from './clusters.ts';
import { textTopics } from './text-topics.ts';
import type { Transformer } from './types.ts';

const count = 10_500;
const random = createRandom(2);
const words = ['red', 'green', 'blue', 'stone', 'river', 'cloud', 'paper', 'glass', 'wood', 'iron', 'sand', 'salt'];
const levels = Array.from({ length: count }, () => `${words[random.int(12)]} ${words[random.int(12)]}`);
const columns: Column[] = [
  { name: 'x', type: 'numeric', values: Float64Array.from({ length: count }, () => random.normal()) },
  { name: 'y', type: 'numeric', values: Float64Array.from({ length: count }, () => random.normal()) },
  { name: 'note', type: 'text', codes: Int32Array.from(levels, (_, row) => row), levels },
];
const table: Table = { rows: count, columns };
const rows = Int32Array.from({ length: 500 }, (_, i) => i);

/** Longer than what is scaled at a time, and than what is remembered of texts. */
it.each([clusters, textTopics])(
  '$id gives a row the same numbers alone as in a long table',
  (transformer: Transformer) => {
    const outputs = targetOutputs('binary', 2, new Float64Array(count), rows);
    const config = { clusters: 8, textTopics: 32 };
    const learnt = { table, rows, outputs, suffixes: [''], folds: new Uint8Array(500), config, seed: 1, keys: [] };
    const [step] = [...transformer.fit({ ...learnt, placesOf: () => new Int32Array(0) })];
    const values = transformer.prepare(step!.state);
    const shared = { placesOf: () => new Int32Array(0) };
    const whole = values(table, shared);
    expect(whole.length).toBeGreaterThan(7);
    for (const row of [0, 4095, 4096, count - 1]) {
      const alone = values(selectRows(table, [row]), shared);
      expect(alone.map(([value]) => value)).toEqual(whole.map((own) => own[row]));
    }
  },
);
