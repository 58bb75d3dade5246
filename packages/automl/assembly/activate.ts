import { exp4, loadSome, plus, storeSome, times } from './vector';

/** Kinds of activations; the same numbers as in src/backend/operations.ts. */
const selu = 1;
const mish = 2;
const elu = 3;

/**
 * z + bias -> h = z + (f(z) - z) a, rows x columns; a is 1 where `strength` is 0. With `slope` also dh/dz, and with
 * `gap` dh/da. A share of the units is dropped and the rest made larger (`keep` is 1 / (1 - share)) where `dropBelow`
 * is above 0: a hash of seed and place decides.
 */
export function activate(
  z: usize,
  bias: usize,
  strength: usize,
  rows: i32,
  columns: i32,
  kind: i32,
  h: usize,
  slope: usize,
  gap: usize,
  dropBelow: u32,
  keep: f32,
  seed: u32,
): void {
  const one = f32x4.splat(1);
  let cell: u32 = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j += 4) {
      const count = min(4, columns - j);
      const column = <usize>j * 4;
      const at = (<usize>i * <usize>columns + <usize>j) * 4;
      const x = plus(loadSome(z + at, count), loadSome(bias + column, count));
      let f: v128;
      let d: v128;
      if (kind == selu || kind == elu) {
        const scale = f32x4.splat(kind == selu ? 1.0507009873554805 : 1);
        const depth = f32x4.splat(kind == selu ? 1.7580993408473766 : 1);
        const e = times(depth, exp4(f32x4.min(x, f32x4.splat(0))));
        const positive = f32x4.gt(x, f32x4.splat(0));
        f = v128.bitselect(times(scale, x), f32x4.sub(e, depth), positive);
        d = v128.bitselect(scale, e, positive);
      } else if (kind == mish) {
        const e = exp4(f32x4.min(x, f32x4.splat(20)));
        const n = times(e, plus(e, f32x4.splat(2)));
        const t = f32x4.div(n, plus(n, f32x4.splat(2))); // tanh(log(1 + e^x))
        f = times(x, t);
        const sigmoid = f32x4.div(e, plus(one, e));
        d = plus(t, times(times(x, sigmoid), f32x4.sub(one, times(t, t))));
      } else {
        const positive = f32x4.gt(x, f32x4.splat(0));
        f = v128.and(x, positive);
        d = v128.and(one, positive);
      }
      let difference = f32x4.sub(f, x);
      if (strength != 0) {
        const a = loadSome(strength + column, count);
        f = plus(x, times(difference, a));
        d = plus(one, times(f32x4.sub(d, one), a));
      }
      if (dropBelow > 0) {
        const kept = keepers(cell, seed, dropBelow, keep);
        f = times(f, kept);
        d = times(d, kept);
        difference = times(difference, kept);
      }
      storeSome(h + at, count, f);
      if (slope != 0) storeSome(slope + at, count, d);
      if (gap != 0) storeSome(gap + at, count, difference);
      cell += 4;
    }
  }
}

/** `keep` where a hash (the finaliser of MurmurHash3) is not below the limit, else 0. */
function keepers(cell: u32, seed: u32, dropBelow: u32, keep: f32): v128 {
  let x = i32x4.add(i32x4.splat(<i32>cell), i32x4(0, 1, 2, 3));
  x = v128.xor(i32x4.mul(x, i32x4.splat(<i32>0x9e3779b1)), i32x4.splat(<i32>seed));
  x = v128.xor(x, i32x4.shr_u(x, 16));
  x = i32x4.mul(x, i32x4.splat(<i32>0x85ebca6b));
  x = v128.xor(x, i32x4.shr_u(x, 13));
  x = i32x4.mul(x, i32x4.splat(<i32>0xc2b2ae35));
  x = v128.xor(x, i32x4.shr_u(x, 16));
  return v128.and(f32x4.splat(keep), i32x4.ge_u(x, i32x4.splat(<i32>dropBelow)));
}

/** The way back: dz = dh x slope, and the sums over rows of dz (for the bias) and of dh x gap (for the strengths). */
export function activateBack(
  dh: usize,
  slope: usize,
  gap: usize,
  rows: i32,
  columns: i32,
  dz: usize,
  dBias: usize,
  dStrength: usize,
): void {
  memory.fill(dBias, 0, <usize>columns * 4);
  if (gap != 0) memory.fill(dStrength, 0, <usize>columns * 4);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j += 4) {
      const count = min(4, columns - j);
      const column = <usize>j * 4;
      const at = (<usize>i * <usize>columns + <usize>j) * 4;
      const d = loadSome(dh + at, count);
      const inner = times(d, loadSome(slope + at, count));
      storeSome(dz + at, count, inner);
      storeSome(dBias + column, count, plus(loadSome(dBias + column, count), inner));
      if (gap == 0) continue;
      const sum = plus(loadSome(dStrength + column, count), times(d, loadSome(gap + at, count)));
      storeSome(dStrength + column, count, sum);
    }
  }
}
