/**
 * `size` of the rows 0..rows-1, ascending: one out of each of `size` equal stretches, drawn by the seed. All rows where
 * there are no more than `size`. Rows in an order that means something (time, target) are so sampled evenly.
 */
export function sampleRows(rows: number, size: number, seed: number): Int32Array {
  if (rows <= size) return Int32Array.from({ length: rows }, (_, row) => row);
  const key = mix(Math.floor(seed / 2 ** 32) ^ mix(seed | 0));
  const sample = new Int32Array(size);
  let start = 0;
  for (let i = 0; i < size; i++) {
    const end = Math.floor(((i + 1) * rows) / size);
    sample[i] = start + (mix(key ^ i) % (end - start));
    start = end;
  }
  return sample;
}

/** Index of the stretch of `sampleRows` that a row belongs to, when size < rows. */
export function stretchOf(row: number, rows: number, size: number): number {
  return Math.ceil(((row + 1) * size) / rows) - 1;
}

/** A 32-bit number that looks random for every input (the finaliser of MurmurHash3). */
function mix(key: number): number {
  let h = key ^ (key >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
