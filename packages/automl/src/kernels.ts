import { kernelSha256 as treesSha256 } from '@laurel/trees';
import { kernelSha256 as networksSha256 } from './generated/kernel.ts';

/** sha256 of the WebAssembly modules that fits run on, by name: the same ones give the same numbers. For manifests. */
export function kernelHashes(): Record<string, string> {
  return { trees: treesSha256, networks: networksSha256 };
}
