import { createRandom } from '@laurel/tabular';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorBackend } from './loaded.ts';
import { plainMachine } from './machine.ts';
import { type Activation, activate, activateBack, activationSettings, adam, embed, scaleInputs } from './operations.ts';
import { registerOperations, tensors } from './tensors.ts';
import { loadTensors } from './tfjs.ts';

/** The definition: sums in order, each product and each sum rounded to single precision. */
function product(a: Float32Array, b: Float32Array, m: number, n: number, k: number): Float32Array {
  const out = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum = Math.fround(sum + Math.fround(a[i * k + p]! * b[p * n + j]!));
      out[i * n + j] = sum;
    }
  }
  return out;
}

function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  return new Float32Array(values.length).map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}

function draw(seed: number, count: number): Float32Array {
  const random = createRandom(seed);
  return new Float32Array(count).map(() => random.normal());
}

const definitions: Record<Activation, (z: number) => number> = {
  relu: (z) => Math.max(0, z),
  selu: (z) => 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * Math.expm1(z)),
  mish: (z) => z * Math.tanh(Math.log1p(Math.exp(z))),
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
};

describe('the kernel', () => {
  it('multiplies as the definition says bit by bit, transposed or not, for any size', () => {
    const size = fc.integer({ min: 0, max: 21 });
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), fc.nat(), (m, n, k, turnA, turnB, seed) => {
        const machine = plainMachine();
        const [a, b] = [draw(seed, m * k), draw(seed + 1, k * n)];
        const left = machine.put(turnA ? turned(a, m, k) : a, turnA ? [k, m] : [m, k]);
        const right = machine.put(turnB ? turned(b, k, n) : b, turnB ? [n, k] : [k, n]);
        const before = machine.put([7, 7, 7, 7], [4]);
        const out = machine.multiply(left, right, turnA, turnB);
        expect(machine.read(out)).toEqual(product(a, b, m, n, k));
        expect(Array.from(machine.read(before))).toEqual([7, 7, 7, 7]);
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it.each(Object.keys(definitions) as Activation[])('has %s and its slope, and the slope of its strength', (name) => {
    const machine = plainMachine();
    const z = Float32Array.from({ length: 3 * 55 }, (_, i) => (i - 82) / 4 + 0.01);
    const bias = draw(1, 55);
    const strength = draw(2, 55);
    const settings = { ...activationSettings(name), train: 1 };
    const places = [machine.put(z, [3, 55]), machine.put(bias, [55]), machine.put(strength, [55])];
    const [h, slope, gap] = machine.apply(activate, places, settings).map((place) => machine.read(place).slice());
    for (let i = 0; i < z.length; i++) {
      const x = z[i]! + bias[i % 55]!;
      const f = (at: number) => at + (definitions[name](at) - at) * strength[i % 55]!;
      const near = (found: number, wanted: number) =>
        expect(Math.abs(found - wanted)).toBeLessThan(2e-5 * Math.max(1, Math.abs(x)));
      near(h![i]!, f(x));
      near(gap![i]!, definitions[name](x) - x);
      if (Math.abs(x) > 0.01) near(slope![i]!, (f(x + 1e-4) - f(x - 1e-4)) / 2e-4);
    }
    const plain = machine.apply(activate, places, activationSettings(name));
    expect(machine.read(plain[0]!)).toEqual(h);
  });

  it('drops the share of the units that is asked for, by the seed alone, and keeps the mean', () => {
    const machine = plainMachine();
    const places = [
      machine.put(new Float32Array(40_000).fill(2), [400, 100]),
      machine.put(new Float32Array(100), [100]),
    ];
    const run = (seed: number) =>
      machine
        .read(machine.apply(activate, places, { ...activationSettings('relu'), train: 1, dropout: 0.3, seed })[0]!)
        .slice();
    const once = run(1);
    expect(once.filter((value) => value === 0).length / 40_000).toBeCloseTo(0.3, 1);
    expect(once.reduce((sum, value) => sum + value, 0) / 40_000).toBeCloseTo(2, 1);
    expect(run(1)).toEqual(once);
    expect(run(2)).not.toEqual(once);
  });

  it('makes waves of numbers', () => {
    const machine = plainMachine();
    const [w, b, mix, shift] = [draw(1, 32), draw(2, 32), draw(3, 96), draw(4, 6)];
    const x = Float32Array.of(0.5, -40, 7, 1e4, 0, 8);
    const own = [machine.put(w, [2, 16]), machine.put(b, [2, 16]), machine.put(mix, [2, 3, 16])];
    const out = machine.apply(embed, [machine.put(x, [2, 3]), ...own, machine.put(shift, [2, 3])])[0]!;
    expect(out.shape).toEqual([2, 9]);
    const found = machine.read(out);
    expect([found[0], found[4], found[8], found[17]]).toEqual([0.5, -40, 7, 8]);
    for (const [f, at] of [
      [0, 0],
      [1, 4],
    ] as const) {
      for (let d = 0; d < 3; d++) {
        let wanted = shift[f * 3 + d]!;
        for (let q = 0; q < 16; q++) {
          const turns = Math.fround(Math.fround(w[f * 16 + q]! * x[f]!) + b[f * 16 + q]!);
          wanted += Math.cos(2 * Math.PI * turns) * mix[(f * 3 + d) * 16 + q]!;
        }
        expect(Math.abs(found[at + 1 + d]! - wanted)).toBeLessThan(1e-4);
      }
    }
  });
});

describe('TensorFlow.js', () => {
  let backend: TensorBackend;
  beforeAll(async () => {
    backend = await loadTensors();
  });

  it('runs on a back end and says which; the same tests run on tfjs-node where it is installed', (context) => {
    if (backend !== 'tensorflow') context.annotate(`tfjs-node is not installed here; these tests ran on ${backend}.`);
    expect(['tensorflow', 'wasm', 'cpu']).toContain(backend);
    expect(tf.getBackend()).toBe(backend);
  });

  it('multiplies as plain arithmetic does, transposed and in batches', () => {
    const a = draw(1, 12);
    const b = draw(2, 20);
    const expected = product(a, b, 3, 5, 4);
    const close = (tensor: tf.Tensor, values: ArrayLike<number>) => {
      const found = tensor.dataSync();
      expect(found.length).toBe(values.length);
      for (let i = 0; i < values.length; i++) expect(found[i]).toBeCloseTo(values[i]!, 5);
    };
    tf.tidy(() => {
      const plain = (values: Float32Array, rows: number, columns: number) => tf.tensor2d(values, [rows, columns]);
      close(tf.matMul(plain(a, 3, 4), plain(b, 4, 5)), expected);
      close(tf.matMul(plain(turned(a, 3, 4), 4, 3), plain(b, 4, 5), true, false), expected);
      close(tf.matMul(plain(a, 3, 4), plain(turned(b, 4, 5), 5, 4), false, true), expected);
      close(tf.matMul(plain(turned(a, 3, 4), 4, 3), plain(turned(b, 4, 5), 5, 4), true, true), expected);
      const both = tf.stack([plain(turned(a, 3, 4), 4, 3), plain(turned(a, 3, 4), 4, 3)]) as tf.Tensor3D;
      close(tf.matMul(both, tf.stack([plain(b, 4, 5), plain(b, 4, 5)]), true, false), [...expected, ...expected]);
      close(tf.matMul(both, tf.expandDims<tf.Tensor3D>(plain(b, 4, 5), 0), true, false), [...expected, ...expected]);
    });
    expect(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([2, 3]))).toThrow();
  });

  it('multiplies matrices that are empty', () => {
    tf.tidy(() => {
      expect(Array.from(tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])).dataSync())).toEqual([0, 0, 0, 0, 0, 0]);
      expect(tf.matMul(tf.zeros([4, 0]), tf.zeros([4, 3]), true).shape).toEqual([0, 3]);
    });
  });

  it('runs our operations to the same bits as without it', () => {
    const plain = plainMachine();
    const [x, bias, scale] = [draw(1, 30), draw(2, 10), draw(3, 20)];
    const settings = { ...activationSettings('mish'), train: 1, dropout: 0.4, seed: 9 };
    tf.tidy(() => {
      const scaled = tensors.apply(scaleInputs, [tf.tensor2d(x, [3, 10]), tf.tensor2d(scale, [2, 10])]);
      const bent = tensors.apply(activate, [scaled[0]!, tf.tensor1d(bias)], settings);
      const back = tensors.apply(activateBack, bent);
      const own = plain.apply(scaleInputs, [plain.put(x, [3, 10]), plain.put(scale, [2, 10])]);
      const ownBent = plain.apply(activate, [own[0]!, plain.put(bias, [10])], settings);
      const ownBack = plain.apply(activateBack, ownBent);
      const pairs = [...scaled, ...bent, ...back].map((tensor) => tensor.dataSync());
      const wanted = [...own, ...ownBent, ...ownBack].map((place) => plain.read(place));
      expect(pairs).toEqual(wanted);
    });
  });

  it('runs our operations on any other back end by copies', async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    const x = draw(1, 30);
    const run = () =>
      tf.tidy(() => {
        const [h] = tensors.apply(scaleInputs, [tf.tensor2d(x, [3, 10]), tf.tensor2d(draw(3, 20), [2, 10])]);
        const [bent] = tensors.apply(activate, [h!, tf.tensor1d(draw(2, 10))], activationSettings('selu'));
        return tensors.multiply(bent!, bent!, true, false).dataSync().slice();
      });
    const wanted = run();
    await tf.setBackend('cpu');
    try {
      if (backend !== 'cpu') registerOperations();
      const before = tf.memory().numTensors;
      const found = run();
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(wanted[i]!, 4);
      expect(tf.memory().numTensors).toBe(before);
    } finally {
      await tf.setBackend(backend);
    }
  });

  it('brings a quadratic down by Adam', () => {
    tf.engine().startScope();
    let state = [tf.tensor1d([3, -2, 1]), tf.zeros([3]), tf.zeros([3])];
    for (let step = 1; step <= 300; step++) {
      const rate = (0.1 * (1 - step / 301)) / (1 - 0.9 ** step);
      const settings = { rate, kept: 1, correction2: 1 / (1 - 0.95 ** step), beta1: 0.9, beta2: 0.95 };
      state = tensors.apply(adam, [...state, state[0]!], settings) as typeof state;
    }
    expect(Math.max(...state[0]!.dataSync().map(Math.abs))).toBeLessThan(0.05);
    tf.engine().endScope();
  });

  it('keeps no tensor and no memory after a hundred products', () => {
    const left = tf.tensor2d(draw(3, 64 * 32), [64, 32]);
    const run = () => tf.tidy(() => void tf.matMul(left, left, true, false).dataSync());
    run();
    const before = tf.memory();
    for (let i = 0; i < 100; i++) run();
    const after = tf.memory();
    expect(after.numTensors).toBe(before.numTensors);
    expect(after.numBytes).toBe(before.numBytes);
    expect(after.numDataBuffers).toBe(before.numDataBuffers);
    left.dispose();
  });
});
