// Compiles the kernel of the trees.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileKernel } from '../../scripts/compile-kernel.mjs';

await compileKernel({
  root: dirname(fileURLToPath(import.meta.url)),
  options: ['--maximumMemory', '65536'],
  check: staticDataProblem,
});

/** The host's first buffer begins at the second page (src/kernel/arena.ts): constants and stack must end before it. */
function staticDataProblem(bytes) {
  const module = new WebAssembly.Module(bytes);
  try {
    new WebAssembly.Instance(module, { env: { memory: new WebAssembly.Memory({ initial: 1, maximum: 1 }) } });
    return null;
  } catch (error) {
    return `Its constants need more than 64 KiB; move firstByte in src/kernel/arena.ts: ${error}`;
  }
}
