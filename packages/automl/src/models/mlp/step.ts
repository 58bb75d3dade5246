import type { Random } from '@laurel/tabular';
import * as tf from '@tensorflow/tfjs-core';
import { addBias } from './forward.ts';
import { activate, type Network } from './network.ts';

/** Gradients in the order of `trainedArrays`: scale, then weights and bias of each layer. */
export type Gradients = Float32Array[];

/** Turns outputs into their derivative of the loss, in place; `rows` are those of the batch. */
export type LossSlope = (outputs: Float32Array, batch: Int32Array) => void;

/**
 * Gradients of one batch. TensorFlow.js multiplies the matrices; activations are done here, because on its WASM
 * back end each such small operation costs more than the loop. `inputs` are rows x inputs, not scaled yet.
 */
export function gradientsOf(
  network: Network,
  inputs: Float32Array,
  batch: Int32Array,
  lossSlope: LossSlope,
  dropout: number,
  random: Random,
): Gradients {
  const rows = batch.length;
  const { scale, layers, activation } = network;
  return inScope(() => {
    const scaled = inputs.slice();
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < scale.length; j++) scaled[i * scale.length + j]! *= scale[j]!;
    }
    const weights = layers.map((layer) => tf.tensor2d(layer.weights, [layer.inputs, layer.outputs]));
    const entering: tf.Tensor2D[] = [tf.tensor2d(scaled, [rows, scale.length])];
    const slopes: Float32Array[] = [];
    let outputs = new Float32Array(0);
    for (const [l, layer] of layers.entries()) {
      outputs = read(tf.matMul(entering[l]!, weights[l]!));
      addBias(outputs, layer.bias);
      if (l === layers.length - 1) break;
      const slope = new Float32Array(outputs.length);
      activate(activation, outputs, slope);
      if (dropout > 0) drop(outputs, slope, dropout, random);
      slopes.push(slope);
      entering.push(tf.tensor2d(outputs, [rows, layer.outputs]));
    }
    lossSlope(outputs, batch);
    return backward(outputs);

    function backward(last: Float32Array): Gradients {
      const found: Gradients = [];
      let delta = last;
      for (let l = layers.length - 1; l >= 0; l--) {
        const layer = layers[l]!;
        const deltas = tf.tensor2d(delta, [rows, layer.outputs]);
        found.unshift(read(tf.matMul(entering[l]!, deltas, true, false)), sumRows(delta, layer.outputs));
        delta = read(tf.matMul(deltas, weights[l]!, false, true));
        if (l === 0) break;
        const slope = slopes[l - 1]!;
        for (let i = 0; i < delta.length; i++) delta[i]! *= slope[i]!;
      }
      for (let i = 0; i < delta.length; i++) delta[i]! *= inputs[i]!;
      found.unshift(sumRows(delta, scale.length));
      return found;
    }
  });
}

/** Runs with every tensor made inside freed at the end. */
function inScope<T>(run: () => T): T {
  tf.engine().startScope();
  try {
    return run();
  } finally {
    tf.engine().endScope();
  }
}

function read(tensor: tf.Tensor): Float32Array<ArrayBuffer> {
  return tensor.dataSync<'float32'>() as Float32Array<ArrayBuffer>;
}

function sumRows(values: Float32Array, width: number): Float32Array {
  const sums = new Float32Array(width);
  for (let i = 0; i < values.length; ) for (let k = 0; k < width; k++) sums[k]! += values[i++]!;
  return sums;
}

/** Inverted dropout: what stays is made larger, so that nothing changes at prediction. */
function drop(values: Float32Array, slopes: Float32Array, share: number, random: Random): void {
  const limit = share * 4_294_967_296;
  const factor = 1 / (1 - share);
  for (let i = 0; i < values.length; i++) {
    const kept = random.uint32() >= limit ? factor : 0;
    values[i]! *= kept;
    slopes[i]! *= kept;
  }
}
