// Histograms for trees with a value per class in every leaf. Five directions of the classes' gradients stand for all of
// them while the tree's shape is looked for (SketchBoost, Iosipoi and Vakhrushev 2022): six f64 per bin, the weight of
// the rows and the five sums.

import { activeColumns, activeCount, columnEntry } from './histogram';
import { matrixBins, matrixRows } from './state';

/** directions of the gradients that a histogram keeps */
export const sketchWidth: i32 = 5;
/** bytes of an entry: the weight and the directions as f64 */
export const vectorBytes: i32 = 48;
/** bytes of a row of sketches: the same as f32 */
export const sketchBytes: i32 = 24;

/** f32 per training row: weight, five projected gradients (weight included) */
export let sketches: usize = 0;

/** The sketches of the listed rows as f64, one after the other; gives the sum of their weights. */
export function gatherVectors(order: usize, count: i32, out: usize): f64 {
  const source = sketches;
  let weight: f64 = 0;
  for (let i = 0; i < count; i++) {
    const from = source + <usize>load<u32>(order + ((<usize>i) << 2)) * sketchBytes;
    const to = out + <usize>i * vectorBytes;
    const first = v128.load(from);
    v128.store(to, f64x2.promote_low_f32x4(first));
    v128.store(to, f64x2.promote_low_f32x4(v128.shuffle<i64>(first, first, 1, 1)), 16);
    v128.store(to, f64x2.promote_low_f32x4(v128.load64_zero(from, 16)), 32);
    weight += <f64>load<f32>(from);
  }
  return weight;
}

/** Adds the listed rows to the histogram of every active column. */
export function histogramVectors(order: usize, count: i32, vectors: usize, histogram: usize): void {
  for (let c = 0; c < activeCount; c++) {
    const column = <usize>load<u32>(activeColumns + ((<usize>c) << 2));
    const bins = matrixBins + column * <usize>matrixRows;
    const entries = histogram + <usize>load<u32>(columnEntry + (column << 2)) * vectorBytes;
    for (let i = 0; i < count; i++) {
      const at = entries + <usize>load<u8>(bins + <usize>load<u32>(order + ((<usize>i) << 2))) * vectorBytes;
      const from = vectors + <usize>i * vectorBytes;
      v128.store(at, f64x2.add(v128.load(at), v128.load(from)));
      v128.store(at, f64x2.add(v128.load(at, 16), v128.load(from, 16)), 16);
      v128.store(at, f64x2.add(v128.load(at, 32), v128.load(from, 32)), 32);
    }
  }
}
