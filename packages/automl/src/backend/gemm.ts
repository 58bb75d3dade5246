import { gemmModule, packBytes } from './gemm-module.ts';

/** C = A x B on byte addresses in one memory; see gemm-module.ts. */
export type Gemm = (
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  c: number,
  m: number,
  n: number,
  k: number,
  pack: number,
) => void;

let compiled: WebAssembly.Module | null | undefined;

/** The kernel on a memory; null where WebAssembly has no SIMD. */
export function createGemm(memory: WebAssembly.Memory): Gemm | null {
  if (compiled === undefined) {
    const bytes = gemmModule();
    compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  }
  return compiled && (new WebAssembly.Instance(compiled, { env: { memory } }).exports.gemm as Gemm);
}

/** The same numbers, bit by bit, in plain JavaScript; `values` is the memory. */
export function plainGemm(values: Float32Array): Gemm {
  return (a, aRow, aColumn, b, bRow, bColumn, c, m, n, k) => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) {
          const left = values[(a + i * aRow + p * aColumn) >> 2]!;
          sum = Math.fround(sum + Math.fround(left * values[(b + p * bRow + j * bColumn) >> 2]!));
        }
        values[(c >> 2) + i * n + j] = sum;
      }
    }
  };
}

export { packBytes };
