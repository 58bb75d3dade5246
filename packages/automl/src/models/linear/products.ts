import { openKernel } from '../../backend/kernel.ts';
import type { Design } from '../../features/design.ts';

/**
 * Products of one design with weights, many times over. Weights and gradients are (width + hotWidth + 1) x outputs,
 * outputs together, the intercept last; margins and residuals are rows x outputs.
 */
export interface Products {
  readonly design: Design;
  readonly outputs: number;
  /** margins = design x weights */
  multiply(weights: Float64Array, margins: Float64Array): void;
  /** gradient = transpose(design) x residuals, written over */
  multiplyTransposed(residuals: Float64Array, gradient: Float64Array): void;
  /** mean square of every column, the intercept's left out */
  readonly columnSquares: Float64Array;
}

const pageBytes = 65_536;
const start = 16;

/**
 * Puts the numbers of a design in the memory of the kernel. The design that comes back reads them there, so that the one
 * given can be forgotten.
 */
export function createProducts(given: Design, outputs: number): Products {
  const { rows, width, hotColumns, hotWidth, hot } = given;
  const [cells, weightCells, marginCells] = [rows * width, width * outputs, rows * outputs];
  const bytes = start + 8 * (cells + weightCells + marginCells);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const kernel = openKernel(memory);
  const weightsAt = start + 8 * cells;
  const marginsAt = weightsAt + 8 * weightCells;
  const dense = new Float64Array(memory.buffer, start, cells);
  const byOutput = new Float64Array(memory.buffer, weightsAt, weightCells);
  const ofRows = new Float64Array(memory.buffer, marginsAt, marginCells);
  dense.set(given.dense);
  const design: Design = { ...given, dense };
  const intercept = (width + hotWidth) * outputs;

  return {
    design,
    outputs,
    columnSquares: columnSquares(design),
    multiply(weights, margins) {
      for (let k = 0; k < outputs; k++) {
        for (let j = 0; j < width; j++) byOutput[k * width + j] = weights[j * outputs + k]!;
      }
      kernel.multiplyRows(start, rows, width, weightsAt, outputs, marginsAt);
      margins.set(ofRows);
      for (let i = 0; i < rows; i++) {
        for (let k = 0; k < outputs; k++) margins[i * outputs + k]! += weights[intercept + k]!;
        for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) {
          if (hot[c]! < 0) continue;
          const from = (width + hot[c]!) * outputs;
          for (let k = 0; k < outputs; k++) margins[i * outputs + k]! += weights[from + k]!;
        }
      }
    },
    multiplyTransposed(residuals, gradient) {
      ofRows.set(residuals);
      byOutput.fill(0);
      kernel.addRows(start, rows, width, marginsAt, outputs, weightsAt);
      gradient.fill(0);
      for (let k = 0; k < outputs; k++) {
        for (let j = 0; j < width; j++) gradient[j * outputs + k] = byOutput[k * width + j]!;
      }
      for (let i = 0; i < rows; i++) {
        const at = i * outputs;
        for (let k = 0; k < outputs; k++) gradient[intercept + k]! += residuals[at + k]!;
        for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) {
          if (hot[c]! < 0) continue;
          const to = (width + hot[c]!) * outputs;
          for (let k = 0; k < outputs; k++) gradient[to + k]! += residuals[at + k]!;
        }
      }
    },
  };
}

/** margins = design x weights, without the kernel: for a design that is used once, as in a prediction. */
export function multiply(design: Design, weights: Float64Array, outputs: number, margins: Float64Array): void {
  const { rows, width, dense, hotColumns, hotWidth, hot } = design;
  const intercept = (width + hotWidth) * outputs;
  if (outputs === 1) {
    for (let i = 0; i < rows; i++) {
      let sum = weights[intercept]!;
      const row = i * width;
      for (let j = 0; j < width; j++) sum += dense[row + j]! * weights[j]!;
      for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) if (hot[c]! >= 0) sum += weights[width + hot[c]!]!;
      margins[i] = sum;
    }
    return;
  }
  for (let i = 0; i < rows; i++) {
    const at = i * outputs;
    for (let k = 0; k < outputs; k++) margins[at + k] = weights[intercept + k]!;
    for (let j = 0; j < width; j++) addScaled(margins, at, weights, j * outputs, dense[i * width + j]!, outputs);
    for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) {
      if (hot[c]! >= 0) addScaled(margins, at, weights, (width + hot[c]!) * outputs, 1, outputs);
    }
  }
}

function addScaled(
  to: Float64Array,
  toAt: number,
  from: Float64Array,
  fromAt: number,
  factor: number,
  count: number,
): void {
  if (factor === 0) return;
  for (let k = 0; k < count; k++) to[toAt + k]! += factor * from[fromAt + k]!;
}

function columnSquares({ rows, width, dense, hotColumns, hotWidth, hot }: Design): Float64Array {
  const sums = new Float64Array(width + hotWidth);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) sums[j]! += (dense[i * width + j]! * dense[i * width + j]!) / rows;
    for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) if (hot[c]! >= 0) sums[width + hot[c]!]! += 1 / rows;
  }
  return sums;
}
