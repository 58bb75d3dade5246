import { createRandom } from '@laurel/tabular';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createGemm, packBytes, plainGemm } from './gemm.ts';
import type { TensorBackend } from './loaded.ts';
import { loadTensors } from './tfjs.ts';

/** The definition: sums in order, each product and each sum rounded to single precision. */
function product(a: Float32Array, b: Float32Array, m: number, n: number, k: number): Float32Array {
  const values = new Float32Array([...a, ...b, ...new Float32Array(m * n)]);
  const [atB, atC] = [4 * a.length, 4 * (a.length + b.length)];
  plainGemm(values)(0, 4 * k, 4, atB, 4 * n, 4, atC, m, n, k, 0);
  return values.slice(a.length + b.length);
}

function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  return new Float32Array(values.length).map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
}

function draw(seed: number, count: number): Float32Array {
  const random = createRandom(seed);
  return new Float32Array(count).map(() => random.normal());
}

describe('gemm', () => {
  it('multiplies', () => {
    expect(Array.from(product(Float32Array.of(1, 2, 3, 4), Float32Array.of(5, 6, 7, 8), 2, 2, 2))).toEqual([
      19, 22, 43, 50,
    ]);
  });

  it('equals the definition bit by bit, transposed or not, for any size', () => {
    const memory = new WebAssembly.Memory({ initial: 4 });
    const gemm = createGemm(memory)!;
    const size = fc.integer({ min: 1, max: 21 });
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), fc.nat(), (m, n, k, turnA, turnB, seed) => {
        const a = draw(seed, m * k);
        const b = draw(seed + 1, k * n);
        const cells = new Float32Array(memory.buffer);
        const [atB, atC] = [m * k, m * k + k * n];
        cells.set(turnA ? turned(a, m, k) : a, 0);
        cells.set(turnB ? turned(b, k, n) : b, atB);
        const end = atC + m * n;
        cells.fill(7, end, end + 4);
        const [aRow, aColumn] = turnA ? [4, 4 * m] : [4 * k, 4];
        const [bRow, bColumn] = turnB ? [4, 4 * k] : [4 * n, 4];
        gemm(0, aRow, aColumn, 4 * atB, bRow, bColumn, 4 * atC, m, n, k, 4 * (end + 4));
        expect(cells.slice(atC, end)).toEqual(product(a, b, m, n, k));
        expect(Array.from(cells.slice(end, end + 4))).toEqual([7, 7, 7, 7]);
      }),
      { seed: 5, numRuns: 200 },
    );
    expect(packBytes(3)).toBe(224);
  });
});

describe('TensorFlow.js', () => {
  let backend: TensorBackend;
  beforeAll(async () => {
    backend = await loadTensors();
  });

  it('runs on a back end and says which', () => {
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
      const both = tf.stack([plain(turned(a, 3, 4), 4, 3), plain(turned(a, 3, 4), 4, 3)]);
      close(tf.matMul(both, tf.stack([plain(b, 4, 5), plain(b, 4, 5)]), true, false), [...expected, ...expected]);
    });
    expect(() => tf.matMul(tf.zeros([2, 3]), tf.zeros([2, 3]))).toThrow();
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
