import { openKernel } from '../../backend/kernel.ts';
import type { Design } from '../../features/design.ts';

/** Weighted sums of products of a design's columns about their means, and with the target: all that ridge regression needs. */
export interface Gram {
  size: number;
  rows: number;
  products: Float64Array;
  withTarget: Float64Array;
  means: Float64Array;
  targetMean: number;
}

/** Rows that are summed between two looks at the clock. */
const chunkRows = 256;

/**
 * Sums over the rows; over those until `isOver` where that comes first, which is asked between chunks of rows.
 * @param target per row, as it is fitted
 */
export async function gramOf(
  design: Design,
  target: Float64Array,
  weights: Float64Array | undefined,
  isOver: () => boolean | Promise<boolean>,
): Promise<Gram> {
  const { width, dense, hotColumns, hotWidth, hot } = design;
  const size = width + hotWidth;
  const products = new Float64Array(size * size);
  const withTarget = new Float64Array(size);
  const sums = new Float64Array(size);
  const numbers = createNumberSums(design, weights);
  let rows = 0;
  let targetSum = 0;
  for (let first = 0; first < design.rows; first += chunkRows) {
    if (first > 0 && (await isOver())) break;
    const end = Math.min(design.rows, first + chunkRows);
    numbers.add(first, end);
    for (let i = first; i < end; i++) addRow(i, weights ? weights[i]! : 1);
  }
  numbers.read(products, size);
  const means = sums.map((sum) => sum / rows);
  const targetMean = targetSum / rows;
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) products[a * size + b]! -= rows * means[a]! * means[b]!;
    withTarget[a]! -= rows * means[a]! * targetMean;
  }
  return { size, rows, products, withTarget, means, targetMean };

  /** All but the products of two numbers. */
  function addRow(i: number, w: number): void {
    const y = target[i]!;
    const row = i * width;
    rows += w;
    targetSum += w * y;
    for (let a = 0; a < width; a++) {
      const x = w * dense[row + a]!;
      sums[a]! += x;
      withTarget[a]! += x * y;
    }
    for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) {
      if (hot[c]! < 0) continue;
      const one = width + hot[c]!;
      sums[one]! += w;
      withTarget[one]! += w * y;
      for (let a = 0; a < width; a++) products[a * size + one]! += w * dense[row + a]!;
      for (let d = i * hotColumns; d < (i + 1) * hotColumns; d++) {
        if (hot[d]! >= hot[c]!) products[one * size + width + hot[d]!]! += w;
      }
    }
  }
}

/** Columns of which the products with themselves and all that follow are summed at a time. */
const blockColumns = 64;

/** Weighted sums of the products of numeric columns, by the kernel: only those that `Gram` needs, and a little more. */
function createNumberSums({ width, dense }: Design, weights: Float64Array | undefined) {
  const blocks: { from: number; columns: number; rest: number; sumsAt: number }[] = [];
  const [restAt, blockAt] = [16, 16 + 8 * chunkRows * width];
  let bytes = blockAt + 8 * chunkRows * Math.min(blockColumns, width);
  for (let from = 0; from < width; from += blockColumns) {
    const columns = Math.min(blockColumns, width - from);
    blocks.push({ from, columns, rest: width - from, sumsAt: bytes });
    bytes += 8 * columns * (width - from);
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
  const kernel = openKernel(memory);
  return {
    add(first: number, end: number): void {
      const rows = end - first;
      for (const { from, columns, rest, sumsAt } of blocks) {
        const following = new Float64Array(memory.buffer, restAt, rows * rest);
        const weighted = new Float64Array(memory.buffer, blockAt, rows * columns);
        for (let i = 0; i < rows; i++) {
          const at = (first + i) * width + from;
          const w = weights ? weights[first + i]! : 1;
          following.set(dense.subarray(at, at + rest), i * rest);
          for (let j = 0; j < columns; j++) weighted[i * columns + j] = w * dense[at + j]!;
        }
        kernel.addRows(restAt, rows, rest, blockAt, columns, sumsAt);
      }
    },
    /** into the upper half of size x size */
    read(products: Float64Array, size: number): void {
      for (const { from, columns, rest, sumsAt } of blocks) {
        const sums = new Float64Array(memory.buffer, sumsAt, columns * rest);
        for (let a = 0; a < columns; a++) {
          for (let b = a; b < rest; b++) products[(from + a) * size + from + b] = sums[a * rest + b]!;
        }
      }
    },
  };
}

/**
 * Weights (intercept last) that minimise mean squared error / 2 + penalty / 2 |w|^2, by Cholesky's factorisation in
 * double precision. Columns that depend on others get a pivot of at least 1e-10 of their own variance.
 */
export function solveRidge(gram: Gram, penalty: number): Float64Array {
  const { size, rows, products, withTarget, means, targetMean } = gram;
  const factor = new Float64Array(size * size);
  const ridge = penalty * rows;
  for (let a = 0; a < size; a++) {
    const diagonal = products[a * size + a]! + ridge;
    for (let b = 0; b <= a; b++) {
      let sum = b === a ? diagonal : products[b * size + a]!;
      const rowA = a * size;
      const rowB = b * size;
      for (let k = 0; k < b; k++) sum -= factor[rowA + k]! * factor[rowB + k]!;
      if (b < a) factor[rowA + b] = sum / factor[rowB + b]!;
      else factor[rowA + a] = Math.sqrt(Math.max(sum, 1e-10 * diagonal, 1e-300));
    }
  }
  const weights = new Float64Array(size + 1);
  for (let a = 0; a < size; a++) {
    let sum = withTarget[a]!;
    for (let k = 0; k < a; k++) sum -= factor[a * size + k]! * weights[k]!;
    weights[a] = sum / factor[a * size + a]!;
  }
  for (let a = size - 1; a >= 0; a--) {
    let sum = weights[a]!;
    for (let k = a + 1; k < size; k++) sum -= factor[k * size + a]! * weights[k]!;
    weights[a] = sum / factor[a * size + a]!;
  }
  let intercept = targetMean;
  for (let a = 0; a < size; a++) intercept -= weights[a]! * means[a]!;
  weights[size] = intercept;
  return weights;
}
