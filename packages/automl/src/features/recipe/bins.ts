/** Values by quantile: a bin 0..size-1 per value; `size` stands for missing. */
export interface Binned {
  of: Uint8Array;
  size: number;
}

const most = 16;

/** At most 16 bins of about as many values each. */
export function binned(values: Float64Array): Binned {
  const sorted = values.filter(Number.isFinite).sort();
  const ends: number[] = [];
  for (let i = 1; i < most && sorted.length > 0; i++) {
    const end = sorted[Math.floor((i * sorted.length) / most)]!;
    if (end > (ends.at(-1) ?? sorted[0]!)) ends.push(end);
  }
  const size = ends.length + 1;
  const of = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      of[i] = size;
      continue;
    }
    let bin = 0;
    while (bin < ends.length && value >= ends[bin]!) bin++;
    of[i] = bin;
  }
  return { of, size };
}

export function meansOf(
  bins: Binned,
  values: Float64Array,
): { sums: Float64Array; counts: Int32Array; square: number } {
  const sums = new Float64Array(bins.size + 1);
  const counts = new Int32Array(bins.size + 1);
  let square = 0;
  for (let i = 0; i < values.length; i++) {
    sums[bins.of[i]!]! += values[i]!;
    counts[bins.of[i]!]!++;
    square += values[i]! ** 2;
  }
  return { sums, counts, square };
}
