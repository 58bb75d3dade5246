import { planArena } from '../../kernel/arena.ts';
import { connectBuffers, type Kernel, openKernel } from '../../kernel/module.ts';
import type { Draw } from '../../model/testing.ts';
import { gatherRows } from '../memory.ts';
import type { BoostKernel } from '../session.ts';
import { below } from './cases.ts';

/** Rows with pairs that are chosen one by one: gradient -target x weight, hessian weight. */
export interface HistogramData {
  targets: Float64Array;
  weights: Float64Array;
  /** bins of each column */
  columns: Uint8Array[];
}

type Buffer =
  | 'matrixBins'
  | 'columnEntry'
  | 'activeColumns'
  | 'gradients'
  | 'gatheredPairs'
  | 'targets'
  | 'rowWeights'
  | 'scores'
  | 'order'
  | 'first'
  | 'second'
  | 'third';

export interface HistogramBench {
  kernel: Kernel<Buffer>;
  /** the same, as what sets the precision takes it */
  boost: BoostKernel;
  rows: number;
  entries: number;
  /** builds the histogram of the listed rows in one of three places; a view on it */
  build(place: 'first' | 'second' | 'third', rows: ArrayLike<number>, kind: number): BigInt64Array;
  view(place: 'first' | 'second' | 'third'): BigInt64Array;
  /** pairs of all rows, packed: [gradient, hessian] as whole numbers */
  packed(): [bigint, bigint][];
}

/** A kernel with nothing but what histograms need; three of them fit. The pairs are filled. */
export function openHistograms({ targets, weights, columns }: HistogramData, active?: number[]): HistogramBench {
  const rows = targets.length;
  const entry = Int32Array.from({ length: columns.length + 1 }, (_, column) => column * 256);
  const entries = columns.length * 256;
  const used = active ?? [...columns.keys()];
  const kernel = openKernel(
    planArena<Buffer>({
      matrixBins: rows * columns.length,
      columnEntry: entry.byteLength,
      activeColumns: 4 * columns.length,
      gradients: 8 * rows,
      gatheredPairs: 16 * Math.min(rows, gatherRows),
      targets: 8 * rows,
      rowWeights: 4 * rows,
      scores: 8 * rows,
      order: 4 * rows,
      first: 16 * entries,
      second: 16 * entries,
      third: 16 * entries,
    }),
  );
  const { exports, arena, memory } = kernel;
  connectBuffers(kernel);
  columns.forEach((column, index) => {
    kernel.u8('matrixBins').set(column, index * rows);
  });
  kernel.i32('columnEntry').set(entry);
  kernel.i32('activeColumns').set(used);
  kernel.f64('targets').set(targets);
  kernel.f32('rowWeights').set(weights);
  exports.matrixRows.value = rows;
  exports.columnCount.value = columns.length;
  exports.setActiveCount(used.length);
  exports.histogramEntries.value = entries;
  exports.trainRows.value = rows;
  exports.scoreRows.value = rows;
  exports.fillGradients(exports.squaredObjective.value, 0);
  const view = (place: 'first' | 'second' | 'third') => new BigInt64Array(memory.buffer, arena.at[place], 2 * entries);
  return {
    kernel,
    boost: kernel as unknown as BoostKernel,
    rows,
    entries,
    view,
    build(place, order, kind) {
      kernel.u32('order').set(order);
      exports.buildHistogram(arena.at.order, order.length, arena.at[place], kind);
      return view(place);
    },
    packed() {
      const pairs: [bigint, bigint][] = [];
      const gathered = new BigInt64Array(memory.buffer, arena.at.gatheredPairs, Math.min(rows, gatherRows));
      for (let start = 0; start < rows; start += gatherRows) {
        const count = Math.min(gatherRows, rows - start);
        kernel.u32('order').set(Uint32Array.from({ length: count }, (_, i) => start + i));
        exports.gatherPacked(arena.at.order, count, arena.at.gatheredPairs);
        for (let i = 0; i < count; i++) pairs.push(unpack(gathered[i]!));
      }
      return pairs;
    },
  };
}

/** Gradient and hessian of a packed entry. */
export function unpack(entry: bigint): [gradient: bigint, hessian: bigint] {
  return [entry >> 32n, BigInt.asIntN(32, entry)];
}

export function drawColumns(draw: Draw, rows: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, column) => {
    const bins = [2, 256, 17, 90][column % 4]!;
    return Uint8Array.from({ length: rows }, () => below(draw, bins));
  });
}
