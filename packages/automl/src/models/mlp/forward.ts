import { createGemm, type Gemm, packBytes, plainGemm } from '../../backend/gemm.ts';
import type { Design } from '../../features/design.ts';
import { activate, type Network } from './network.ts';

/** Rows computed together. Sums do not depend on it, so a row alone gets the numbers that it gets in a table. */
const block = 128;

/** Scratch of all networks, grown when one needs more. */
let memory: WebAssembly.Memory | null = null;
let gemm: Gemm | null = null;

/**
 * Outputs of a network without TensorFlow.js, rows x outputs: predictions and validation scores use this alone, so
 * that a served model answers what was measured. Single precision, sums in order.
 */
export function forward(network: Network, design: Design): Float64Array {
  const { layers } = network;
  const last = layers.at(-1)!;
  const size = design.width + design.hotWidth;
  const widest = Math.max(size, ...layers.map((layer) => layer.outputs));
  const rowsAtOnce = Math.min(block, Math.max(1, design.rows));
  let cells = rowsAtOnce * widest * 2;
  const weightsAt = layers.map((layer) => {
    const at = cells;
    cells += layer.weights.length;
    return at;
  });
  const packAt = 4 * cells;
  const { values, multiply } = scratch(packAt + packBytes(widest));
  for (const [l, layer] of layers.entries()) values.set(layer.weights, weightsAt[l]!);
  const out = new Float64Array(design.rows * last.outputs);
  for (let from = 0; from < design.rows; from += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, design.rows - from);
    let here = 0;
    let there = rowsAtOnce * widest;
    fillInputs(network, design, from, rows, values);
    for (const [l, layer] of layers.entries()) {
      const { inputs, outputs } = layer;
      if (inputs === 0) values.fill(0, there, there + rows * outputs);
      else
        multiply(4 * here, 4 * inputs, 4, 4 * weightsAt[l]!, 4 * outputs, 4, 4 * there, rows, outputs, inputs, packAt);
      const results = values.subarray(there, there + rows * outputs);
      addBias(results, layer.bias);
      if (l === layers.length - 1) out.set(results, from * outputs);
      else activate(network.activation, results, null);
      [here, there] = [there, here];
    }
  }
  return out;
}

export function addBias(values: Float32Array, bias: Float32Array): void {
  for (let i = 0; i < values.length; ) for (let k = 0; k < bias.length; k++) values[i++]! += bias[k]!;
}

/** Scaled inputs of some rows, numbers and ones, rows x (width + hotWidth). */
function fillInputs(network: Network, design: Design, from: number, rows: number, inputs: Float32Array): void {
  const { width, dense, hotColumns, hotWidth, hot } = design;
  const { scale } = network;
  const size = width + hotWidth;
  inputs.fill(0, 0, rows * size);
  for (let r = 0; r < rows; r++) {
    const row = from + r;
    for (let j = 0; j < width; j++) inputs[r * size + j] = Math.fround(dense[row * width + j]!) * scale[j]!;
    for (let c = row * hotColumns; c < (row + 1) * hotColumns; c++) {
      if (hot[c]! >= 0) inputs[r * size + width + hot[c]!] = scale[width + hot[c]!]!;
    }
  }
}

function scratch(bytes: number): { values: Float32Array; multiply: Gemm } {
  const pages = Math.ceil(bytes / 65_536);
  memory ??= new WebAssembly.Memory({ initial: pages });
  if (memory.buffer.byteLength < bytes) memory.grow(pages - memory.buffer.byteLength / 65_536);
  const values = new Float32Array(memory.buffer);
  gemm ??= createGemm(memory);
  return { values, multiply: gemm ?? plainGemm(values) };
}
