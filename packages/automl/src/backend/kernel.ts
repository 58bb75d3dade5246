import { type KernelExports, kernelBase64 } from '../generated/kernel.ts';

export type Kernel = KernelExports;

let compiled: WebAssembly.Module | null = null;

/** The kernel (assembly/) on a memory, whose byte addresses its functions take. */
export function openKernel(memory: WebAssembly.Memory): Kernel {
  compiled ??= new WebAssembly.Module(Buffer.from(kernelBase64, 'base64'));
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernel;
}

/** Scratch of `gemm`: a panel of eight columns, a tile, and the rows of A side by side in fours. */
export function packBytes(m: number, k: number): number {
  return 32 * k + 128 + 4 * k * (m - (m % 4));
}
