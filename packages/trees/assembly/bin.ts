// Values to bins. A value is in the first bin whose upper bound is not below it; bin 0 is the missing value (NaN).

/**
 * Writes the bin (u8) of each of `count` f64 values. `upper`: `bins` ascending f64 bounds, the last one Infinity, then
 * Infinity up to the next power of two. Binary search without branches, four values at a time so that their loads
 * overlap.
 */
export function binNumeric(values: usize, count: i32, upper: usize, bins: i32, out: usize): void {
  const half = (8 << (32 - clz<i32>(bins - 1))) >> 1;
  let i = 0;
  for (const fours = count - 3; i < fours; i += 4) {
    const at = values + ((<usize>i) << 3);
    const a = load<f64>(at);
    const b = load<f64>(at, 8);
    const c = load<f64>(at, 16);
    const d = load<f64>(at, 24);
    let pa = 0;
    let pb = 0;
    let pc = 0;
    let pd = 0;
    for (let step = half; step >= 8; step >>= 1) {
      const probe = upper + <usize>step;
      pa += -(<i32>(load<f64>(probe + <usize>pa - 8) < a)) & step;
      pb += -(<i32>(load<f64>(probe + <usize>pb - 8) < b)) & step;
      pc += -(<i32>(load<f64>(probe + <usize>pc - 8) < c)) & step;
      pd += -(<i32>(load<f64>(probe + <usize>pd - 8) < d)) & step;
    }
    store<u32>(out + <usize>i, binAt(pa, a) | (binAt(pb, b) << 8) | (binAt(pc, c) << 16) | (binAt(pd, d) << 24));
  }
  for (; i < count; i++) {
    const a = load<f64>(values + ((<usize>i) << 3));
    let pa = 0;
    for (let step = half; step >= 8; step >>= 1) {
      pa += -(<i32>(load<f64>(upper + <usize>step + <usize>pa - 8) < a)) & step;
    }
    store<u8>(out + <usize>i, binAt(pa, a));
  }
}

/** Bin of a value whose bound is `position` bytes into the bounds. */
function binAt(position: i32, value: f64): u32 {
  return ((<u32>position >> 3) + 1) & -(<u32>(value == value));
}

/**
 * Puts the bins (u8) of one feature into a shared column: a bin other than `usual` becomes offset + bin, less one for
 * bins above `usual`; where the bin is `usual` the column stays as it is.
 */
export function shareBins(bins: usize, count: i32, usual: i32, offset: i32, column: usize): void {
  for (let i = 0; i < count; i++) {
    const bin = <i32>load<u8>(bins + <usize>i);
    if (bin != usual) store<u8>(column + <usize>i, offset + bin - <i32>(bin > usual));
  }
}
