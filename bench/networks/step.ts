import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openStep } from '@laurel/automl/measure';
import { median } from '../numbers.ts';
import type { Recorder } from '../record.ts';

const rows = 256;
const inputs = 100;
const widths = [256, 256, 256];
const outputs = 2;
const targetMs = 15;
const rounds = 60;

/** One step of Adam on a batch of 256, network 100-256-256-256-2. */
export async function step(record: Recorder): Promise<void> {
  const names = ['step: ours against stock kernels', 'step: against the target'];
  if (names.every((name) => record.has(name))) return;
  const stock = await stockStep();
  const stockMs = timesOf(stock, 20);
  const structure = { inputs, embedded: 0, copies: 1, widths, outputs, activation: 'mish', parametric: false } as const;
  const own = await openStep({ ...structure, widths: [...widths] }, rows);
  const ownMs = timesOf(own.step, rounds);
  own.dispose();
  const details = { backend: own.backend, runs: ownMs.length, fastest: Math.min(...ownMs) };
  record.add({
    case: names[0] as string,
    value: median(ownMs),
    unit: 'ms',
    peer: median(stockMs),
    peerName: 'tfjs-wasm 4.22 with variableGrads and its Adam',
    details,
  });
  record.add({
    case: names[1] as string,
    value: median(ownMs),
    unit: 'ms',
    peer: targetMs,
    peerName: 'target',
    details,
  });
}

function timesOf(run: () => void, count: number): number[] {
  for (let i = 0; i < 5; i++) run();
  return Array.from({ length: count }, () => {
    const beforeMs = performance.now();
    run();
    return performance.now() - beforeMs;
  });
}

/** The same network as anybody would write it, before our kernels take the place of the stock ones. */
async function stockStep(): Promise<() => void> {
  // the engine's own copy: an instance of its own would have no kernels
  const require = createRequire(createRequire(import.meta.url).resolve('@laurel/automl/measure'));
  const load = (name: string) => import(pathToFileURL(require.resolve(name)).href);
  const tf = (await load('@tensorflow/tfjs-core')) as typeof import('@tensorflow/tfjs-core');
  await load('@tensorflow/tfjs-core/dist/register_all_gradients.js');
  const wasm = (await load('@tensorflow/tfjs-backend-wasm')) as typeof import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  wasm.setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  const sizes = [inputs, ...widths, outputs];
  const layers = sizes.slice(1).map((size, l) => ({
    weights: tf.variable(tf.randomNormal([sizes[l] as number, size], 0, 0.05)),
    bias: tf.variable(tf.zeros([size])),
  }));
  const x = tf.randomNormal([rows, inputs]);
  const labels = tf.oneHot(tf.randomUniform([rows], 0, outputs, 'int32'), outputs);
  const optimizer = tf.train.adam(0.001);
  return () => {
    optimizer.minimize(() => {
      let hidden: import('@tensorflow/tfjs-core').Tensor = x;
      for (const [l, { weights, bias }] of layers.entries()) {
        hidden = tf.add(tf.matMul(hidden, weights), bias);
        if (l < layers.length - 1) hidden = tf.relu(hidden);
      }
      return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(hidden)), 1)));
    });
  };
}
