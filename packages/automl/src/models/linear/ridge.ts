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

export function gramOf(design: Design, target: Float64Array, weights?: Float64Array | undefined): Gram {
  const { width, dense, hotColumns, hotWidth, hot } = design;
  const rows = weights ? weights.reduce((sum, weight) => sum + weight, 0) : design.rows;
  const size = width + hotWidth;
  const products = new Float64Array(size * size);
  const withTarget = new Float64Array(size);
  const sums = new Float64Array(size);
  let targetSum = 0;
  fillDense(design, weights, products, size);
  for (let i = 0; i < design.rows; i++) {
    const y = target[i]!;
    const w = weights ? weights[i]! : 1;
    targetSum += w * y;
    const row = i * width;
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
  const means = sums.map((sum) => sum / rows);
  const targetMean = targetSum / rows;
  for (let a = 0; a < size; a++) {
    for (let b = a; b < size; b++) products[a * size + b]! -= rows * means[a]! * means[b]!;
    withTarget[a]! -= rows * means[a]! * targetMean;
  }
  return { size, rows, products, withTarget, means, targetMean };
}

const chunkRows = 256;

/** Weighted sums of the products of numeric columns, by the kernel, some rows at a time: the upper half of `products`. */
function fillDense(
  { rows, width, dense }: Design,
  weights: Float64Array | undefined,
  products: Float64Array,
  size: number,
): void {
  const chunk = chunkRows * width;
  const bytes = 8 * (2 * chunk + width * width);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((16 + bytes) / 65_536) });
  const kernel = openKernel(memory);
  const [plainAt, weightedAt, sumsAt] = [16, 16 + 8 * chunk, 16 + 16 * chunk];
  const plain = new Float64Array(memory.buffer, plainAt, chunk);
  const weighted = new Float64Array(memory.buffer, weightedAt, chunk);
  const sums = new Float64Array(memory.buffer, sumsAt, width * width);
  for (let first = 0; first < rows; first += chunkRows) {
    const count = Math.min(chunkRows, rows - first);
    const cells = dense.subarray(first * width, (first + count) * width);
    plain.set(cells);
    weighted.set(cells);
    if (weights) {
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < width; j++) weighted[i * width + j]! *= weights[first + i]!;
      }
    }
    kernel.addRows(plainAt, count, width, weightedAt, width, sumsAt);
  }
  for (let a = 0; a < width; a++) {
    for (let b = a; b < width; b++) products[a * size + b] = sums[a * width + b]!;
  }
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
