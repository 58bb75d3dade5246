import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openStep } from '@laurel/automl/measure';
import { median } from '../numbers.ts';
import type { Recorder } from '../record.ts';
import { processorMs } from './processor.ts';

type Tensor = import('@tensorflow/tfjs-core').Tensor;
type Tensor2D = import('@tensorflow/tfjs-core').Tensor2D;
type Variable = import('@tensorflow/tfjs-core').Variable;

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
    peerName: 'stock tfjs-wasm 4.22',
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

/** Milliseconds of the processor, the mean of a few steps each: a clock would count the other work of the machine. */
function timesOf(run: () => void, count: number): number[] {
  const each = 5;
  for (let i = 0; i < 2 * each; i++) run();
  return Array.from({ length: count / each }, () => {
    const beforeMs = processorMs();
    for (let i = 0; i < each; i++) run();
    return (processorMs() - beforeMs) / each;
  });
}

/** The same network as anybody would write it, before our kernels take the place of the stock ones. */
async function stockStep(): Promise<() => void> {
  // the engine's own copy: an instance of its own would have no kernels
  const require = createRequire(createRequire(import.meta.url).resolve('@laurel/automl/measure'));
  const load = (name: string) => import(pathToFileURL(require.resolve(name)).href);
  const tf = (await load('@tensorflow/tfjs-core')) as typeof import('@tensorflow/tfjs-core');
  const wasm = (await load('@tensorflow/tfjs-backend-wasm')) as typeof import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  wasm.setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  const sizes = [inputs, ...widths, outputs];
  const weights = sizes.slice(1).map((size, l) => tf.variable(tf.randomNormal([sizes[l] as number, size], 0, 0.05)));
  const biases = sizes.slice(1).map((size) => tf.variable(tf.zeros([size])));
  const x = tf.randomNormal([rows, inputs]) as Tensor2D;
  const labels = tf.oneHot(tf.randomUniform([rows], 0, outputs, 'int32'), outputs);
  const optimizer = tf.train.adam(0.001);
  const last = weights.length - 1;
  return () =>
    tf.tidy(() => {
      const entering: Tensor2D[] = [x];
      for (const [l, matrix] of weights.entries()) {
        const sum = tf.add(tf.matMul(entering[l] as Tensor2D, matrix as Tensor2D), biases[l] as Tensor);
        entering.push((l < last ? tf.relu(sum) : tf.softmax(sum)) as Tensor2D);
      }
      // the operations that the gradients of TensorFlow.js are made of; they are not part of its core
      let delta = tf.div(tf.sub(entering[last + 1] as Tensor2D, labels), rows) as Tensor2D;
      const gradients: { name: string; tensor: Tensor }[] = [];
      for (let l = last; l >= 0; l--) {
        gradients.push({
          name: (weights[l] as Variable).name,
          tensor: tf.matMul(entering[l] as Tensor2D, delta, true, false),
        });
        gradients.push({ name: (biases[l] as Variable).name, tensor: tf.sum(delta, 0) });
        if (l === 0) break;
        const back = tf.matMul(delta, weights[l] as Tensor2D, false, true);
        delta = tf.mul(back, tf.step(entering[l] as Tensor2D));
      }
      optimizer.applyGradients(gradients);
    });
}
