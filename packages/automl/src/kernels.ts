import { kernelSha256 } from '@laurel/trees';
import { gemmModule } from './backend/gemm-module.ts';
import { sha256Hex } from './container.ts';

/** sha256 of the WebAssembly modules that fits run on, by name: the same ones give the same numbers. For manifests. */
export function kernelHashes(): Record<string, string> {
  return { trees: kernelSha256, gemm: sha256Hex(gemmModule()) };
}
