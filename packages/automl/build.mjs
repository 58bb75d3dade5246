// Compiles the kernel of networks and linear models. It works in the memory of TensorFlow.js too, so it must bring no data of its own.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileKernel } from '../../scripts/compile-kernel.mjs';

await compileKernel({
  root: dirname(fileURLToPath(import.meta.url)),
  check: (wasm) => (hasData(wasm) ? 'It has constants in memory, which would overwrite those of TensorFlow.js.' : null),
});

/** True when a module has a section of data (id 11). */
function hasData(wasm) {
  let at = 8;
  while (at < wasm.length) {
    const id = wasm[at++];
    let size = 0;
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
      byte = wasm[at++];
      size |= (byte & 0x7f) << shift;
    }
    if (id === 11) return true;
    at += size;
  }
  return false;
}
