import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRandom } from '@laurel/tabular';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { inScope } from '../../backend/tensors.ts';
import { loadTensors } from '../../backend/tfjs.ts';
import type { Design } from '../../features/design.ts';
import { family as mlp } from '../mlp/model.ts';
import { family as realmlp } from '../realmlp/model.ts';
import { family as tabm } from '../tabm/model.ts';
import { copyOf as copyOfState } from '../testing/edge-rows.ts';
import { fitInput, lossMetric, synthetic } from '../testing/synthetic.ts';
import { gather, predict } from './evaluate.ts';
import { initialValues, type Start } from './initial.ts';
import { gradientsOf } from './learner.ts';
import { fitOutput, lossSlopeOf, predictionsOf } from './output.ts';
import { schedules } from './schedules.ts';
import { type Structure, shapesOf, type Values } from './structure.ts';

beforeAll(() => loadTensors());

const rows = 12;
const every = Int32Array.from({ length: rows }, (_, i) => i);

function example(changes: Partial<Structure>, start: Start) {
  const random = createRandom(3);
  const dense = Float64Array.from({ length: rows * 3 }, () => random.normal());
  const hot = every.map((i) => (i % 3) - 1);
  const design: Design = { rows, width: 3, dense, hotColumns: 1, hotWidth: 2, hot };
  const structure: Structure = {
    inputs: 5,
    embedded: 0,
    copies: 1,
    widths: [6, 7],
    outputs: 3,
    activation: 'mish', // has no kinks, at which differences are wrong; slopes of all are tested with the kernel
    parametric: false,
    ...changes,
  };
  const data = { inputs: gather(design, every), rows };
  const values = initialValues(structure, { start, waveWidth: 0.3 }, data, new Float64Array(3), random);
  for (const numbers of Object.values(values)) {
    for (let i = 0; i < numbers.length; i++) numbers[i]! += 0.2 * random.normal();
  }
  const target = Float64Array.from({ length: rows }, () => random.int(3));
  const weights = Float64Array.from({ length: rows }, () => 0.5 + random.next());
  return { design, structure, values, truth: { target, weights } };
}

const networks: [string, Partial<Structure>, Start][] = [
  ['a plain network', {}, 'normal'],
  ['RealMLP', { embedded: 2, parametric: true }, 'data'],
  ['TabM', { copies: 3 }, 'uniform'],
  ['no hidden layer', { widths: [] }, 'normal'],
];

describe.each(networks)('%s', (_, changes, start) => {
  it('has the gradients that finite differences give', () => {
    const { design, structure, values, truth } = example(changes, start);
    const output = fitOutput('multiclass', 3, truth.target);
    const loss = () => {
      const outputs = outputsOf(structure, values, design);
      const perCopy = rows * 3;
      let sum = 0;
      for (let c = 0; c < structure.copies; c++) {
        const shares = predictionsOf(output, outputs.subarray(c * perCopy, (c + 1) * perCopy), rows);
        for (const [i, k] of truth.target.entries()) sum -= truth.weights[i]! * Math.log(shares[i * 3 + k]!);
      }
      return sum / rows / structure.copies;
    };
    const gradients = inScope(() => {
      const slope = lossSlopeOf(output, truth);
      const settings = { dropout: 0, seed: 1 };
      const placed = placeOf(structure, values);
      const found = gradientsOf(structure, placed, gather(design, every), every, slope, settings);
      return Object.entries(found).map(([name, tensor]) => [name, tensor.dataSync().slice()] as const);
    }) as unknown as [string, Float32Array][];
    expect(gradients.map(([name]) => name).sort()).toEqual(Object.keys(values).sort());
    for (const [name, gradient] of gradients) {
      const numbers = values[name]!;
      // the step is large and of fourth order, since the loss is computed in single precision
      const found: number[] = [];
      const wanted: number[] = [];
      for (let i = 0; i < numbers.length; i += Math.max(1, Math.floor(numbers.length / 12))) {
        const kept = numbers[i]!;
        const at = (shift: number) => {
          numbers[i] = kept + shift;
          return loss();
        };
        const step = 0.02;
        wanted.push((8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step));
        numbers[i] = kept;
        found.push(gradient[i]!);
      }
      const error = Math.hypot(...found.map((value, i) => value - wanted[i]!));
      expect(error / Math.max(0.02, Math.hypot(...wanted)), name).toBeLessThan(1e-3);
    }
  });

  it('gives every row the same numbers alone as among others', () => {
    const { design, structure, values } = example(changes, start);
    const together = outputsOf(structure, values, design);
    for (const row of [0, 5, 11]) {
      const one: Design = {
        ...design,
        rows: 1,
        dense: design.dense.slice(row * 3, row * 3 + 3),
        hot: design.hot.slice(row, row + 1),
      };
      const alone = outputsOf(structure, values, one);
      for (let c = 0; c < structure.copies; c++) {
        const at = (c * rows + row) * 3;
        expect(alone.slice(c * 3, c * 3 + 3)).toEqual(together.slice(at, at + 3));
      }
    }
  });
});

/** Outputs of a few rows, which are one block. */
function outputsOf(structure: Structure, values: Values, design: Design): Float64Array {
  let found: Float64Array = new Float64Array();
  predict(structure, values, design, (outputs, count) => {
    found = outputs;
    return new Float64Array(count * structure.outputs);
  });
  return found;
}

function placeOf(structure: Structure, values: Values): Record<string, tf.Tensor> {
  return Object.fromEntries(shapesOf(structure).map(({ name, shape }) => [name, tf.tensor(values[name]!, shape)]));
}

it('computes the same as operations of TensorFlow.js do', () => {
  const { design, structure, values } = example({}, 'normal');
  const found = tf.tidy(() => {
    const placed = placeOf(structure, values);
    let hidden: tf.Tensor = tf.mul(tf.tensor2d(gather(design, every), [rows, 5]), placed.scale!);
    for (let l = 0; l <= 2; l++) {
      hidden = tf.add(tf.matMul(hidden, placed[`weights${l}`]!), placed[`bias${l}`]!);
      if (l < 2) hidden = tf.mul(hidden, tf.tanh(tf.softplus(hidden)));
    }
    return hidden.dataSync();
  });
  const own = outputsOf(structure, values, design);
  for (let i = 0; i < own.length; i++) expect(Math.abs(own[i]! - found[i]!)).toBeLessThan(1e-5);
});

it('starts RealMLP with units of deviation 1 on the data', () => {
  const random = createRandom(8);
  const inputs = Float32Array.from({ length: 300 * 4 }, () => 3 * random.normal());
  const structure: Structure = {
    ...{ inputs: 4, embedded: 0, copies: 1, widths: [16], outputs: 1 },
    ...{ activation: 'selu', parametric: true },
  };
  const values = initialValues(
    structure,
    { start: 'data', waveWidth: 0.1 },
    { inputs, rows: 300 },
    new Float64Array(1),
    random,
  );
  for (let unit = 0; unit < 16; unit++) {
    const sums = Array.from({ length: 300 }, (_, i) =>
      [0, 1, 2, 3].reduce((sum, j) => sum + inputs[i * 4 + j]! * values.weights0![j * 16 + unit]!, 0),
    );
    const mean = sums.reduce((a, b) => a + b, 0) / 300;
    const deviation = Math.sqrt(sums.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 300);
    expect(deviation).toBeCloseTo(1, 3);
    // the bend of every unit is among the data
    expect(-values.bias0![unit]!).toBeGreaterThan(Math.min(...sums));
    expect(-values.bias0![unit]!).toBeLessThan(Math.max(...sums));
  }
});

it('has schedules that start and end where they should', () => {
  const { coslog4, flatCosine } = schedules;
  expect(coslog4(0)).toBeCloseTo(0, 10);
  expect(coslog4(1)).toBeCloseTo(0, 10);
  expect(coslog4((2 ** 0.5 - 1) / 15)).toBeCloseTo(1, 10);
  expect([flatCosine(0), flatCosine(0.5), flatCosine(1)].map((x) => Math.round(x * 1e9) / 1e9)).toEqual([1, 1, 0]);
});

it('smooths labels and keeps values within those of training', () => {
  const classes = fitOutput('multiclass', 4, Float64Array.of(0, 1));
  const outputs = new Float32Array(4);
  lossSlopeOf(classes, { target: Float64Array.of(2), weights: null }, 0.1)(outputs, Int32Array.of(0));
  expect(Array.from(outputs, (value) => Math.round(1e5 * value) / 1e5)).toEqual([0.225, 0.225, -0.675, 0.225]);
  const values = fitOutput('regression', 1, Float64Array.of(10, 20));
  expect(Array.from(predictionsOf(values, Float64Array.of(-9, 0, 9), 3))).toEqual([10, 15, 20]);
});

/** Resident memory of this process after everything that is not used was thrown away. */
function residentMb(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage.rss() / 1_048_576;
}

describe('fits', () => {
  it('keep no tensor and no memory over two hundred of them', async () => {
    const data = synthetic('binary', 60, 4);
    const once = async (i: number) => {
      const family = [mlp, realmlp, tabm][i % 3]!;
      await family.fit(fitInput(data, { epochs: 1, width: 64, members: 2, copies: 4 }, { seed: i }));
    };
    for (let i = 0; i < 3; i++) await once(i);
    const before = tf.memory();
    for (let i = 0; i < 100; i++) await once(i);
    const half = residentMb();
    for (let i = 100; i < 200; i++) await once(i);
    // a megabyte that each of a hundred fits kept would show
    expect(residentMb() - half).toBeLessThan(60);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  }, 60_000);

  it('hold a deadline, and come to the same model again from what they decided', async () => {
    const data = synthetic('multiclass', 700, 5);
    const config = { epochs: 256, width: 64, members: 8 };
    const startMs = performance.now();
    const limits = { deadlineMs: startMs + 700, now: () => performance.now() };
    const model = await realmlp.fit(fitInput(data, config, limits));
    expect(performance.now() - startMs).toBeLessThan(2500);
    const again = await realmlp.fit(fitInput(data, config, { decided: model.decided! }));
    expect(again.predict(data.features)).toEqual(model.predict(data.features));
  });

  it('average several networks where the table is small', async () => {
    const data = synthetic('regression', 300, 6);
    const loss = async (members: number) => {
      const input = fitInput(data, { epochs: 16, width: 64, members });
      const model = await realmlp.fit(input);
      const { rows: held } = input.validation!;
      return lossMetric('regression', 1).score(
        Float64Array.from(held, (row) => data.target[row]!),
        model.predict(data.features, held),
      );
    };
    const [one, four] = [await loss(1), await loss(4)];
    expect(four).toBeLessThan(1.02 * one);
  });

  it('are narrower where the model may take less, and refuse a table that is too large', async () => {
    const data = synthetic('binary', 100, 7);
    const config = { epochs: 1, width: 256 };
    const model = await realmlp.fit(fitInput(data, config, { modelLimitBytes: 60_000 }));
    const { tensors } = model.state();
    const bytes = Object.entries(tensors).reduce(
      (sum, [name, values]) => sum + (name.startsWith('network') ? values.byteLength : 0),
      0,
    );
    expect(bytes).toBeLessThan(60_000);
    await expect(realmlp.fit(fitInput(data, config, { memoryLimitBytes: 1000 }))).rejects.toThrow('fewer rows');
  });

  it('weigh rows', async () => {
    const data = synthetic('binary', 200, 8);
    const input = fitInput(data, { epochs: 20, width: 64 });
    const mean = async (weights?: Float64Array) => {
      const train = weights ? { ...input.train, weights } : input.train;
      const model = await mlp.fit({ ...input, train });
      return model.predict(data.features).reduce((sum, p, i) => sum + (i % 2) * p, 0) / 200;
    };
    const heavy = data.target.map((k) => (k === 1 ? 3 : 0.3));
    expect(await mean(heavy)).toBeGreaterThan((await mean()) + 0.05);
  });

  it('read models that were stored before there were structures', async () => {
    const data = synthetic('multiclass', 90, 9);
    const model = await mlp.fit(fitInput(data, { epochs: 2, width: 32, layers: 2, activation: 'mish' }));
    const state = copyOfState(model.state());
    const header = state.header as { network: Record<string, unknown> & { structure: Structure } };
    const { structure, output, epochs } = header.network as never as {
      structure: Structure;
      output: unknown;
      epochs: number;
    };
    const sizes = [structure.inputs, ...structure.widths, structure.outputs];
    const shapes = sizes.slice(1).map((size, l) => [sizes[l], size]);
    header.network = { output, epochs, activation: 'mish', shapes } as never;
    const restored = await mlp.restore(state);
    expect(restored.predict(data.features)).toEqual(model.predict(data.features));
  });
});
