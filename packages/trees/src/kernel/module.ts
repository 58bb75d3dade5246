import { TreesError } from '../errors.ts';
import { type KernelExports, kernelBase64 } from '../generated/kernel.ts';
import type { Arena } from './arena.ts';

/** An instance of the compiled kernel on a memory of its own, which never grows: what a fit takes is what was planned. */
export interface Kernel<Name extends string> {
  exports: KernelExports;
  arena: Arena<Name>;
  memory: WebAssembly.Memory;
  f64(name: Name): Float64Array;
  f32(name: Name): Float32Array;
  i32(name: Name): Int32Array;
  u32(name: Name): Uint32Array;
  u8(name: Name): Uint8Array;
}

let compiled: WebAssembly.Module | undefined;

/** Makes a memory as large as the arena, and an instance on it. The memory goes when nothing refers to the kernel. */
export function openKernel<Name extends string>(arena: Arena<Name>): Kernel<Name> {
  compiled ??= compile();
  const pages = arena.bytes / 65_536;
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    throw new TreesError(
      'MEMORY_LIMIT',
      `The machine gave no ${Math.ceil(arena.bytes / 1e6)} MB of memory for the fit. Close other programs or use fewer rows or columns.`,
    );
  }
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const { buffer } = memory;
  const { at, size } = arena;
  return {
    exports: exports as unknown as KernelExports,
    arena,
    memory,
    f64: (name) => new Float64Array(buffer, at[name], size[name] >>> 3),
    f32: (name) => new Float32Array(buffer, at[name], size[name] >>> 2),
    i32: (name) => new Int32Array(buffer, at[name], size[name] >>> 2),
    u32: (name) => new Uint32Array(buffer, at[name], size[name] >>> 2),
    u8: (name) => new Uint8Array(buffer, at[name], size[name]),
  };
}

/** Tells the kernel where its buffers are: those that it has an address of the same name for; 0 for empty ones. */
export function connectBuffers<Name extends string>({ exports, arena }: Kernel<Name>): void {
  const globals = exports as unknown as Record<string, { value: number } | undefined>;
  for (const name of Object.keys(arena.size) as Name[]) {
    const global = globals[name];
    if (typeof global === 'object') global.value = arena.size[name] > 0 ? arena.at[name] : 0;
  }
}

function compile(): WebAssembly.Module {
  const bytes = Buffer.from(kernelBase64, 'base64');
  if (!WebAssembly.validate(bytes)) {
    throw new TreesError(
      'SIMD_MISSING',
      'This processor or Node version has no WebAssembly SIMD. Use Node 20 or newer.',
    );
  }
  return new WebAssembly.Module(bytes);
}
