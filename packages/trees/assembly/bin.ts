// Values to bins. A value is in the first bin whose upper bound is not below it; bin 0 is the missing value (NaN).

/**
 * Writes the bin (u8) of each of `count` f64 values. `upper`: `bins` ascending f64 bounds, the last one Infinity, then
 * Infinity up to the next power of two. Binary search without branches, eight values at a time so that their loads
 * overlap.
 */
export function binNumeric(values: usize, count: i32, upper: usize, bins: i32, out: usize): void {
  const half = <usize>(8 << (32 - clz<i32>(bins - 1))) >> 1;
  const base = upper - 8;
  let i = 0;
  for (const eights = count - 7; i < eights; i += 8) {
    const at = values + ((<usize>i) << 3);
    const a = load<f64>(at);
    const b = load<f64>(at, 8);
    const c = load<f64>(at, 16);
    const d = load<f64>(at, 24);
    const e = load<f64>(at, 32);
    const f = load<f64>(at, 40);
    const g = load<f64>(at, 48);
    const h = load<f64>(at, 56);
    let pa = base;
    let pb = base;
    let pc = base;
    let pd = base;
    let pe = base;
    let pf = base;
    let pg = base;
    let ph = base;
    for (let step = half; step >= 8; step >>= 1) {
      pa = select(pa + step, pa, load<f64>(pa + step) < a);
      pb = select(pb + step, pb, load<f64>(pb + step) < b);
      pc = select(pc + step, pc, load<f64>(pc + step) < c);
      pd = select(pd + step, pd, load<f64>(pd + step) < d);
      pe = select(pe + step, pe, load<f64>(pe + step) < e);
      pf = select(pf + step, pf, load<f64>(pf + step) < f);
      pg = select(pg + step, pg, load<f64>(pg + step) < g);
      ph = select(ph + step, ph, load<f64>(ph + step) < h);
    }
    const to = out + <usize>i;
    store<u8>(to, binAt(pa - base, a));
    store<u8>(to, binAt(pb - base, b), 1);
    store<u8>(to, binAt(pc - base, c), 2);
    store<u8>(to, binAt(pd - base, d), 3);
    store<u8>(to, binAt(pe - base, e), 4);
    store<u8>(to, binAt(pf - base, f), 5);
    store<u8>(to, binAt(pg - base, g), 6);
    store<u8>(to, binAt(ph - base, h), 7);
  }
  for (; i < count; i++) {
    const a = load<f64>(values + ((<usize>i) << 3));
    let pa = base;
    for (let step = half; step >= 8; step >>= 1) pa = select(pa + step, pa, load<f64>(pa + step) < a);
    store<u8>(out + <usize>i, binAt(pa - base, a));
  }
}

/** Bin of a value whose bound is `position` bytes into the bounds. */
function binAt(position: usize, value: f64): u32 {
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
