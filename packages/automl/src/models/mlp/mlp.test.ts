import { createRandom } from '@laurel/tabular';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { loadTensors } from '../../backend/tfjs.ts';
import type { Design } from '../../features/design.ts';
import { fitInput, synthetic } from '../testing/synthetic.ts';
import { coslog4, createAdam, flatCosine } from './adam.ts';
import { forward } from './forward.ts';
import { family } from './model.ts';
import { activate, createNetwork, fastExp, type Network, trainedArrays } from './network.ts';
import { fitOutput, lossSlopeOf, predictionsOf } from './output.ts';
import { gradientsOf } from './step.ts';
import { gather } from './train.ts';

beforeAll(() => loadTensors());

function example(activation: Network['activation']) {
  const random = createRandom(3);
  const rows = 12;
  const dense = Float64Array.from({ length: rows * 3 }, () => random.normal());
  const hot = Int32Array.from({ length: rows }, (_, i) => (i % 3) - 1);
  const design: Design = { rows, width: 3, dense, hotColumns: 1, hotWidth: 2, hot };
  const network = createNetwork(
    { inputs: 5, width: 6, layers: 2, outputs: 3, activation },
    new Float64Array(3),
    random,
  );
  for (const { values } of trainedArrays(network)) {
    for (let i = 0; i < values.length; i++) values[i]! += 0.3 * random.normal();
  }
  const target = Float64Array.from({ length: rows }, () => random.int(3));
  return { design, network, target, batch: Int32Array.from({ length: rows }, (_, i) => i) };
}

it.each(['selu', 'mish'] as const)('has the gradients that finite differences give (%s)', (activation) => {
  const { design, network, target, batch } = example(activation);
  const output = fitOutput('multiclass', 3, target);
  const loss = () => {
    const shares = predictionsOf(output, forward(network, design), design.rows);
    return target.reduce((sum, k, i) => sum - Math.log(shares[i * 3 + k]!), 0) / design.rows;
  };
  const gradients = gradientsOf(network, gather(design, batch), batch, lossSlopeOf(output, target), 0, createRandom(1));
  for (const [a, { values }] of trainedArrays(network).entries()) {
    for (let i = 0; i < values.length; i += 3) {
      const kept = values[i]!;
      values[i] = kept + 0.01;
      const above = loss();
      values[i] = kept - 0.01;
      const below = loss();
      values[i] = kept;
      expect(Math.abs(gradients[a]![i]! - (above - below) / 0.02)).toBeLessThan(2e-3);
    }
  }
});

it('computes the same with TensorFlow.js as without', () => {
  const { design, network, batch } = example('selu');
  const found = tf.tidy(() => {
    const inputs = tf.tensor2d(gather(design, batch), [12, 5]);
    let values: tf.Tensor2D = tf.mul(inputs, tf.tensor1d(network.scale));
    for (const [l, layer] of network.layers.entries()) {
      values = tf.add(
        tf.matMul(values, tf.tensor2d(layer.weights, [layer.inputs, layer.outputs])),
        tf.tensor1d(layer.bias),
      );
      if (l < 2) values = tf.selu(values);
    }
    return values.dataSync();
  });
  const own = forward(network, design);
  for (let i = 0; i < own.length; i++) expect(Math.abs(own[i]! - found[i]!)).toBeLessThan(1e-5);
});

it('keeps no tensor after a fit', async () => {
  const data = synthetic('binary', 80, 4);
  const once = () => family.fit(fitInput(data, { epochs: 2, width: 64, dropout: 0.2 }));
  await once();
  const before = tf.memory();
  await once();
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numBytes).toBe(before.numBytes);
});

it('comes close to the exponential function everywhere', () => {
  for (let z = -100; z <= 100; z += 0.0371) expect(Math.abs(fastExp(z) / Math.exp(z) - 1)).toBeLessThan(2e-8);
  expect(fastExp(-1e9)).toBeGreaterThan(0);
  expect(fastExp(1e9)).toBeLessThan(1e44);
});

it('has the slopes of its activations', () => {
  for (const activation of ['selu', 'mish'] as const) {
    const at = Float32Array.from({ length: 81 }, (_, i) => (i - 40) / 4 + 0.01);
    const values = at.slice();
    const slopes = new Float32Array(at.length);
    activate(activation, values, slopes);
    const above = at.map((z) => z + 0.01);
    const below = at.map((z) => z - 0.01);
    activate(activation, above, null);
    activate(activation, below, null);
    for (let i = 0; i < at.length; i++)
      expect(Math.abs((above[i]! - below[i]!) / 0.02 - slopes[i]!)).toBeLessThan(2e-3);
  }
});

it('brings a quadratic down by Adam, with schedules that start and end where they should', () => {
  const values = Float32Array.of(3, -2);
  const adam = createAdam([{ values, rate: 1, decays: false }]);
  for (let step = 0; step < 300; step++) adam.update([values.slice()], 0.1 * coslog4((step + 0.5) / 300), 0);
  expect(Math.max(...values.map(Math.abs))).toBeLessThan(0.05);
  expect(coslog4(0)).toBeCloseTo(0, 10);
  expect(coslog4(1)).toBeCloseTo(0, 10);
  expect([flatCosine(0), flatCosine(0.5), flatCosine(1)].map((x) => Math.round(x * 1e9) / 1e9)).toEqual([1, 1, 0]);
});
