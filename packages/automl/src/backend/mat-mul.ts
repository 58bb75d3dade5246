import * as tf from '@tensorflow/tfjs-core';
import { createGemm, type Gemm, packBytes } from './gemm.ts';

type Info = tf.TensorInfo;

/** What is used of the WASM back end of TensorFlow.js 4.22; the version is pinned because of it. */
interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32'): Info;
  disposeData(id: object): unknown;
  dataIdMap: { get(id: object): { memoryOffset: number } };
  wasm: { asm?: { memory?: WebAssembly.Memory }; _malloc(bytes: number): number; _free(address: number): void };
}

/**
 * The WASM kernel multiplies transposed matrices, as every gradient needs, seven times slower than others. This puts our
 * own in its place, working in the memory of TensorFlow.js without copies. Batches of matrices, and machines without
 * SIMD, go the old way after transposing first. Nothing is left behind: temporary data is freed at once.
 */
export function replaceMatMul(): void {
  const original = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  const memory = (tf.backend() as unknown as WasmBackend).wasm.asm?.memory;
  const gemm = memory ? createGemm(memory) : null;
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...original,
    kernelFunc({ inputs, backend, attrs }) {
      const { a, b } = inputs as { a: Info; b: Info };
      const { transposeA = false, transposeB = false } = attrs as { transposeA?: boolean; transposeB?: boolean };
      const wasm = backend as unknown as WasmBackend;
      if (gemm && isPlain(a) && isPlain(b)) return multiply(gemm, wasm, a, b, transposeA, transposeB);
      const left = transposeA ? turned(a) : a;
      const right = transposeB ? turned(b) : b;
      const product = original.kernelFunc({
        inputs: { a: left, b: right },
        backend,
        attrs: { transposeA: false, transposeB: false },
      }) as Info;
      if (left !== a) wasm.disposeData(left.dataId);
      if (right !== b) wasm.disposeData(right.dataId);
      return product;

      function turned(matrix: Info): Info {
        const last = matrix.shape.length - 1;
        const perm = matrix.shape.map((_, axis) => (axis === last ? last - 1 : axis === last - 1 ? last : axis));
        return transpose.kernelFunc({ inputs: { x: matrix }, backend, attrs: { perm } }) as Info;
      }
    },
  });
}

/** One matrix (or a batch of one), not empty. */
function isPlain(matrix: Info): boolean {
  const { shape, dtype } = matrix;
  return (
    dtype === 'float32' && shape.length >= 2 && shape.slice(0, -2).every((size) => size === 1) && !shape.includes(0)
  );
}

function multiply(gemm: Gemm, wasm: WasmBackend, a: Info, b: Info, transposeA: boolean, transposeB: boolean): Info {
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (inner !== k) throw new Error(`Matrices of ${m} x ${k} and ${inner} x ${n} cannot be multiplied.`);
  const outer = a.shape.length >= b.shape.length ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
  const product = wasm.makeOutput([...outer, m, n], 'float32');
  const pack = wasm.wasm._malloc(packBytes(k));
  const at = (matrix: Info) => wasm.dataIdMap.get(matrix.dataId).memoryOffset;
  const [aRow, aColumn] = transposeA ? [4, 4 * aColumns] : [4 * aColumns, 4];
  const [bRow, bColumn] = transposeB ? [4, 4 * bColumns] : [4 * bColumns, 4];
  gemm(at(a), aRow, aColumn, at(b), bRow, bColumn, at(product), m, n, k, pack);
  wasm.wasm._free(pack);
  return product;
}
