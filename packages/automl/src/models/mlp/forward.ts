import type { Design } from '../../features/design.ts';
import { activate, type Network } from './network.ts';

/** Rows computed together; each row's sums have the same order whatever its block, so that blocks never show. */
const block = 4;

/**
 * Outputs of a network without TensorFlow.js, rows x outputs: predictions and validation scores use this alone, so
 * that a served model answers what was measured. Sums in double precision.
 */
export function forward(network: Network, design: Design): Float64Array {
  const { layers } = network;
  const last = layers.at(-1)!;
  const out = new Float64Array(design.rows * last.outputs);
  const widest = Math.max(...layers.map((layer) => layer.outputs));
  const sums = new Float64Array(block * widest);
  const widestInput = Math.max(design.width + design.hotWidth, widest);
  const inputs = new Float32Array(block * widestInput);
  for (let from = 0; from < design.rows; from += block) {
    const rows = Math.min(block, design.rows - from);
    fillInputs(network, design, from, rows, inputs);
    for (const [l, layer] of layers.entries()) {
      multiplyBlock(inputs, rows, layer.weights, layer.bias, layer.inputs, layer.outputs, sums);
      const count = rows * layer.outputs;
      if (l === layers.length - 1) {
        out.set(sums.subarray(0, count), from * layer.outputs);
      } else {
        const values = inputs.subarray(0, count);
        values.set(sums.subarray(0, count));
        activate(network.activation, values, null);
      }
    }
  }
  return out;
}

/** Scaled inputs of some rows, numbers and ones, rows x (width + hotWidth). */
export function fillInputs(
  network: Pick<Network, 'scale'>,
  design: Design,
  from: number,
  rows: number,
  inputs: Float32Array,
): void {
  const { width, dense, hotColumns, hotWidth, hot } = design;
  const size = width + hotWidth;
  inputs.fill(0, 0, rows * size);
  for (let r = 0; r < rows; r++) {
    const row = from + r;
    for (let j = 0; j < width; j++) inputs[r * size + j] = Math.fround(dense[row * width + j]!) * network.scale[j]!;
    for (let c = row * hotColumns; c < (row + 1) * hotColumns; c++) {
      if (hot[c]! >= 0) inputs[r * size + width + hot[c]!] = network.scale[width + hot[c]!]!;
    }
  }
}

function multiplyBlock(
  inputs: Float32Array,
  rows: number,
  weights: Float32Array,
  bias: Float32Array,
  size: number,
  outputs: number,
  sums: Float64Array,
): void {
  for (let r = 0; r < rows; r++) sums.set(bias, r * outputs);
  if (rows < block) {
    for (let r = 0; r < rows; r++) multiplyRow(inputs, r * size, weights, size, outputs, sums, r * outputs);
    return;
  }
  for (let j = 0; j < size; j++) {
    const a = inputs[j]!;
    const b = inputs[size + j]!;
    const c = inputs[2 * size + j]!;
    const d = inputs[3 * size + j]!;
    const at = j * outputs;
    for (let k = 0; k < outputs; k++) {
      const w = weights[at + k]!;
      sums[k]! += a * w;
      sums[outputs + k]! += b * w;
      sums[2 * outputs + k]! += c * w;
      sums[3 * outputs + k]! += d * w;
    }
  }
}

function multiplyRow(
  inputs: Float32Array,
  from: number,
  weights: Float32Array,
  size: number,
  outputs: number,
  sums: Float64Array,
  to: number,
): void {
  for (let j = 0; j < size; j++) {
    const x = inputs[from + j]!;
    const at = j * outputs;
    for (let k = 0; k < outputs; k++) sums[to + k]! += x * weights[at + k]!;
  }
}
