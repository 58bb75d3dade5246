import { plus, times } from './vector';

/**
 * C = A x B in single precision on byte addresses and byte strides; C is m x n without gaps; any of m, n and k may be 0.
 * Every output is a sum in the order of the inner index, multiply then add, so neither blocks nor the number of rows
 * change a bit of it. `pack` is scratch: 32 k + 128 bytes for a panel of eight columns and a tile, then 4 k for every whole four
 * rows' four rows of A.
 */
export function gemm(
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  c: usize,
  m: i32,
  n: i32,
  k: i32,
  pack: usize,
): void {
  const packed = pack + <usize>k * 32 + 128;
  const whole = m & ~3;
  packRows(a, aRow, aColumn, whole, k, packed);
  for (let j = 0; j < n; j += 8) {
    const width = min(8, n - j);
    packPanel(b + <usize>j * bColumn, bRow, bColumn, width, k, pack);
    const to = c + <usize>j * 4;
    for (let i = 0; i < whole; i += 4) {
      tile(packed + <usize>i * 4 * <usize>k, pack, k, to + <usize>i * 4 * <usize>n, <usize>n * 4, width);
    }
    for (let i = whole; i < m; i++) {
      line(a + <usize>i * aRow, aColumn, pack, k, to + <usize>i * 4 * <usize>n, width);
    }
  }
}

/** Four rows at a time, their numbers of one inner index side by side. */
function packRows(a: usize, aRow: usize, aColumn: usize, rows: i32, k: i32, pack: usize): void {
  let to = pack;
  for (let i = 0; i < rows; i += 4) {
    let from = a + <usize>i * aRow;
    if (aRow == 4) {
      for (let p = 0; p < k; p++) {
        v128.store(to, v128.load(from));
        from += aColumn;
        to += 16;
      }
      continue;
    }
    for (let p = 0; p < k; p++) {
      store<f32>(to, load<f32>(from));
      store<f32>(to, load<f32>(from + aRow), 4);
      store<f32>(to, load<f32>(from + aRow * 2), 8);
      store<f32>(to, load<f32>(from + aRow * 3), 12);
      from += aColumn;
      to += 16;
    }
  }
}

function packPanel(from: usize, bRow: usize, bColumn: usize, width: i32, k: i32, to: usize): void {
  if (width == 8 && bColumn == 4) {
    for (let p = 0; p < k; p++) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      from += bRow;
      to += 32;
    }
    return;
  }
  for (let q = 0; q < 8; q++) {
    let at = from + <usize>q * bColumn;
    let cell = to + <usize>q * 4;
    for (let p = 0; p < k; p++) {
      store<f32>(cell, q < width ? load<f32>(at) : 0);
      at += bRow;
      cell += 32;
    }
  }
}

/** Sums of four rows by eight columns in registers. */
function tile(rows: usize, panel: usize, k: i32, to: usize, next: usize, width: i32): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let from = panel;
  for (let p = 0; p < k; p++) {
    const left = v128.load(from);
    const right = v128.load(from, 16);
    let factor = v128.load_splat<f32>(rows);
    s00 = plus(s00, times(factor, left));
    s01 = plus(s01, times(factor, right));
    factor = v128.load_splat<f32>(rows, 4);
    s10 = plus(s10, times(factor, left));
    s11 = plus(s11, times(factor, right));
    factor = v128.load_splat<f32>(rows, 8);
    s20 = plus(s20, times(factor, left));
    s21 = plus(s21, times(factor, right));
    factor = v128.load_splat<f32>(rows, 12);
    s30 = plus(s30, times(factor, left));
    s31 = plus(s31, times(factor, right));
    from += 32;
    rows += 16;
  }
  put(to, s00, s01, width, from);
  put(to + next, s10, s11, width, from);
  put(to + 2 * next, s20, s21, width, from);
  put(to + 3 * next, s30, s31, width, from);
}

/** Sums of one row by eight columns. */
function line(row: usize, step: usize, panel: usize, k: i32, to: usize, width: i32): void {
  let left = f32x4.splat(0);
  let right = f32x4.splat(0);
  let from = panel;
  for (let p = 0; p < k; p++) {
    const factor = v128.load_splat<f32>(row);
    left = plus(left, times(factor, v128.load(from)));
    right = plus(right, times(factor, v128.load(from, 16)));
    from += 32;
    row += step;
  }
  put(to, left, right, width, from);
}

/** Fewer than eight columns: by way of the scratch behind the panel. */
function put(to: usize, left: v128, right: v128, width: i32, scratch: usize): void {
  if (width == 8) {
    v128.store(to, left);
    v128.store(to, right, 16);
    return;
  }
  v128.store(scratch, left);
  v128.store(scratch, right, 16);
  for (let q = 0; q < width; q++) store<f32>(to + <usize>q * 4, load<f32>(scratch + <usize>q * 4));
}
