import { TreesError } from '../errors.ts';

/** Places of named buffers in one memory, known before the memory exists. */
export interface Arena<Name extends string> {
  /** byte address of each buffer, a multiple of 16 */
  at: Readonly<Record<Name, number>>;
  /** byte length of each buffer */
  size: Readonly<Record<Name, number>>;
  /** bytes of the whole memory */
  bytes: number;
}

/** Below it are the kernel's own constants and stack. */
const firstByte = 65_536;
/** wasm32 addresses; the last page is left out so that every end address fits in 32 bits. */
export const addressableBytes = 2 ** 32 - 65_536;

/**
 * Lays buffers one after the other. `sizes` are bytes. Throws MEMORY_LIMIT when they do not fit under `limitBytes`
 * (by default what WebAssembly can address, 4 GiB).
 */
export function planArena<Name extends string>(
  sizes: Readonly<Record<Name, number>>,
  limitBytes: number = addressableBytes,
): Arena<Name> {
  const at = {} as Record<Name, number>;
  let end = firstByte;
  for (const name of Object.keys(sizes) as Name[]) {
    at[name] = end;
    end += padded(sizes[name], 16);
  }
  const bytes = arenaBytes(sizes);
  if (bytes > Math.min(limitBytes, addressableBytes)) {
    throw new TreesError(
      'MEMORY_LIMIT',
      `This needs ${megabytes(bytes)} MB of memory; ${megabytes(limitBytes)} MB are allowed. Use fewer rows, columns, bins or leaves, or allow more memory.`,
    );
  }
  return { at, size: { ...sizes }, bytes };
}

/** Bytes of the memory that holds buffers of these sizes, however large. */
export function arenaBytes(sizes: Readonly<Record<string, number>>): number {
  const end = Object.values(sizes).reduce((sum, size) => sum + padded(size, 16), firstByte);
  return padded(end, 65_536);
}

function padded(bytes: number, unit: number): number {
  return Math.ceil(bytes / unit) * unit;
}

function megabytes(bytes: number): string {
  return Math.ceil(bytes / 1e6).toLocaleString('en');
}
