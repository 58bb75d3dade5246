import { drawFrom } from '../../model/testing.ts';
import type { FeatureInput } from '../../types.ts';

export interface Table {
  features: FeatureInput[];
  rows: number;
  /** what the target is made of, without noise */
  signal: Float64Array;
}

/** Numbers with gaps, categories and sparse counts, and a signal of some of them, for tests. */
export function drawnTable(rows: number, seed: number): Table {
  const draw = drawFrom(seed);
  const normal = () => draw() + draw() + draw() + draw() - 2;
  const a = Float64Array.from({ length: rows }, normal);
  const b = Float64Array.from({ length: rows }, () => (draw() < 0.1 ? Number.NaN : normal()));
  const noise = Float64Array.from({ length: rows }, normal);
  const codes = Int32Array.from({ length: rows }, () => Math.floor(draw() * 13) - 1);
  const stored = Array.from({ length: rows }, (_, row) => row).filter(() => draw() < 0.1);
  const counts = Float64Array.from(stored, () => 1 + Math.floor(draw() * 3));
  const signal = a.map(
    (value, row) => value * 2 + (Number.isNaN(b[row]!) ? 1 : b[row]! ** 2) + ((codes[row]! * 7) % 5) / 2,
  );
  stored.forEach((row, i) => {
    signal[row]! += counts[i]!;
  });
  return {
    features: [
      { kind: 'numeric', values: a },
      { kind: 'numeric', values: b },
      { kind: 'numeric', values: noise },
      { kind: 'categorical', codes, levels: 12 },
      { kind: 'sparse', rows: Int32Array.from(stored), values: counts },
    ],
    rows,
    signal,
  };
}

/** Classes by equal parts of the signal's range, with noise. */
export function classesOf(signal: Float64Array, classes: number, seed: number): Float64Array {
  const draw = drawFrom(seed);
  const sorted = signal.slice().sort();
  return signal.map((value) => {
    const noisy = value + (draw() - 0.5) * 2;
    let c = 0;
    while (c < classes - 1 && noisy > sorted[Math.floor(((c + 1) * sorted.length) / classes)]!) c++;
    return c;
  });
}

/** Area under the ROC curve; ties count half. */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let ranks = 0;
  let positive = 0;
  for (let i = 0; i < order.length; ) {
    let end = i;
    while (end < order.length && scores[order[end]!] === scores[order[i]!]) end++;
    for (let k = i; k < end; k++) {
      if (labels[order[k]!] !== 1) continue;
      ranks += (i + 1 + end) / 2;
      positive++;
    }
    i = end;
  }
  return (ranks - (positive * (positive + 1)) / 2) / (positive * (order.length - positive));
}

/** Every n-th number, from `first`. */
export function everyNth(numbers: Float64Array, n: number, first: number): Float64Array {
  return Float64Array.from({ length: numbers.length / n }, (_, i) => numbers[i * n + first]!);
}
