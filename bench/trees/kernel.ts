import { createRandom } from '@laurel/tabular';
import { openKernel, planArena } from '@laurel/trees/kernel';
import { median } from '../numbers.ts';
import { short } from './by-turns.ts';
import type { Group } from './group.ts';
import { thousands } from './problems.ts';

const columns = 28;
const bins = 256;

/** Nanoseconds per row and column to gather a leaf's gradients and to build its histogram. */
export const kernel: Group = {
  name: 'kernel',
  async run({ record, options }) {
    const rows = options.quick ? 100_000 : 1_000_000;
    const names = (['packed', 'float'] as const).flatMap((kind) => leaves.map((leaf) => ({ kind, leaf })));
    const caseOf = ({ kind, leaf }: (typeof names)[number]) => `kernel: ${kind}, ${thousands(rows)} rows, ${leaf.name}`;
    if (names.every((name) => record.has(caseOf(name)))) return;
    const histogram = openHistogram(rows);
    for (const name of names) {
      const { values, count } = histogram.measure(name.kind, name.leaf.every, options.quick ? 3 : 15);
      record.add({
        case: caseOf(name),
        value: median(values),
        unit: 'ns',
        ...(name.leaf.target ? { peer: 1, peerName: 'target' } : {}),
        details: { runs: short(values), leafRows: count },
      });
    }
  },
};

const leaves = [
  { name: 'every row', every: 1, target: true },
  { name: 'one row in two', every: 2, target: false },
  // every row is a line of the cache of its own
  { name: 'one row in 100', every: 100, target: false },
];

function openHistogram(rows: number) {
  const entries = columns * bins;
  const arena = planArena({
    matrix: rows * columns,
    order: 4 * rows,
    gradients: 8 * rows,
    pairs: 16 * (rows + 1),
    histogram: 16 * entries,
    columnEntry: 4 * columns,
    activeColumns: 4 * columns,
  });
  const opened = openKernel(arena);
  const { exports } = opened;
  const random = createRandom(1);
  const matrix = opened.u32('matrix');
  for (let i = 0; i < matrix.length; i++) matrix[i] = random.uint32();
  const gradients = opened.f32('gradients');
  for (let i = 0; i < gradients.length; i += 2) {
    gradients[i] = random.next() - 0.5;
    gradients[i + 1] = 0.25 * random.next();
  }
  for (let c = 0; c < columns; c++) {
    opened.i32('columnEntry')[c] = c * bins;
    opened.i32('activeColumns')[c] = c;
  }
  exports.matrixRows.value = rows;
  exports.matrixBins.value = arena.at.matrix;
  exports.columnEntry.value = arena.at.columnEntry;
  exports.activeColumns.value = arena.at.activeColumns;
  exports.activeCount.value = columns;
  exports.histogramEntries.value = entries;
  exports.gradients.value = arena.at.gradients;
  exports.gradientScale.value = 2 ** 10;
  exports.hessianScale.value = 2 ** 11;

  const { order: list, pairs, histogram } = arena.at;
  const fill = {
    packed(count: number) {
      exports.gatherPacked(list, count, pairs);
      exports.histogramPacked(list, count, pairs, histogram);
    },
    float(count: number) {
      exports.gatherFloat(list, count, pairs);
      exports.histogramFloat(list, count, pairs, histogram);
    },
  };
  return {
    /** @param every a row of so many is in the leaf, at random */
    measure(kind: keyof typeof fill, every: number, repeats: number): { values: number[]; count: number } {
      const order = opened.u32('order');
      let count = 0;
      for (let r = 0; r < rows; r++) if (every === 1 || random.int(every) === 0) order[count++] = r;
      // small leaves are over before the clock has moved
      const inner = Math.max(1, Math.round(200_000 / count));
      const values: number[] = [];
      for (let i = -2; i < repeats; i++) {
        opened.u8('histogram').fill(0);
        const start = performance.now();
        for (let k = 0; k < inner; k++) fill[kind](count);
        const seconds = (performance.now() - start) / 1000;
        if (i >= 0) values.push((seconds * 1e9) / (inner * count * columns));
      }
      return { values, count };
    },
  };
}
