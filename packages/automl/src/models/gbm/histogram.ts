/**
 * Sums gradients and hessians per bin of every listed feature over the rows `order[start..end)`. The histogram holds
 * pairs (gradient, hessian) at 2 * (offsets[f] + bin). `gathered` holds the same pairs for these rows in order, so
 * that they are read in sequence; it is filled here once for all features. This loop is where the time of a fit goes.
 */
export function buildHistogram(
  histogram: Float64Array,
  codes: Uint8Array,
  rows: number,
  features: Int32Array,
  offsets: Int32Array,
  order: Int32Array,
  start: number,
  end: number,
  gathered: Float64Array,
): void {
  const count = end - start;
  for (let k = 0; k < features.length; k++) {
    const feature = features[k]!;
    const from = 2 * offsets[feature]!;
    histogram.fill(0, from, 2 * offsets[feature + 1]!);
    addColumn(histogram, from, codes, feature * rows, order, start, count, gathered);
  }
}

function addColumn(
  histogram: Float64Array,
  base: number,
  codes: Uint8Array,
  column: number,
  order: Int32Array,
  start: number,
  count: number,
  gathered: Float64Array,
): void {
  const even = count & ~1;
  let i = 0;
  for (; i < even; i += 2) {
    const a = base + 2 * codes[column + order[start + i]!]!;
    const b = base + 2 * codes[column + order[start + i + 1]!]!;
    const at = 2 * i;
    histogram[a]! += gathered[at]!;
    histogram[a + 1]! += gathered[at + 1]!;
    histogram[b]! += gathered[at + 2]!;
    histogram[b + 1]! += gathered[at + 3]!;
  }
  if (i < count) {
    const a = base + 2 * codes[column + order[start + i]!]!;
    histogram[a]! += gathered[2 * i]!;
    histogram[a + 1]! += gathered[2 * i + 1]!;
  }
}

/** parent -= child, over the listed features: what is left is the sibling's histogram. */
export function subtractHistogram(
  parent: Float64Array,
  child: Float64Array,
  features: Int32Array,
  offsets: Int32Array,
): void {
  for (let k = 0; k < features.length; k++) {
    const end = 2 * offsets[features[k]! + 1]!;
    for (let i = 2 * offsets[features[k]!]!; i < end; i++) parent[i]! -= child[i]!;
  }
}
