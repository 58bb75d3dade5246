// Products of a matrix in double precision with a few vectors. Numbers of a row lie side by side, `width` of them, and
// so do those of a vector. Every output is a sum in one order - numbers at even and at odd places by themselves, or row
// by row - so that neither blocks nor the number of rows or vectors change a bit of it.

/** margins[i, k] = x[i] . w[k]; margins are rows x outputs. */
export function multiplyRows(x: usize, rows: i32, width: i32, w: usize, outputs: i32, margins: usize): void {
  const step = <usize>width * 8;
  const wide = <usize>outputs * 8;
  let k = 0;
  for (; k + 4 <= outputs; k += 4) {
    const from = w + <usize>k * step;
    const to = margins + <usize>k * 8;
    let i = 0;
    for (; i + 2 <= rows; i += 2) {
      twoByFour(x + <usize>i * step, step, from, width, to + <usize>i * wide, wide);
    }
    if (i < rows) {
      for (let q = 0; q < 4; q++) {
        store<f64>(to + <usize>i * wide + <usize>q * 8, dot(x + <usize>i * step, from + <usize>q * step, width));
      }
    }
  }
  for (; k < outputs; k++) {
    const from = w + <usize>k * step;
    const to = margins + <usize>k * 8;
    let i = 0;
    for (; i + 4 <= rows; i += 4) fourByOne(x + <usize>i * step, step, from, width, to + <usize>i * wide, wide);
    for (; i < rows; i++) store<f64>(to + <usize>i * wide, dot(x + <usize>i * step, from, width));
  }
}

/** gradient[k] += sum over rows of r[i, k] * x[i]; residuals r are rows x outputs. */
export function addRows(x: usize, rows: i32, width: i32, r: usize, outputs: i32, gradient: usize): void {
  const step = <usize>width * 8;
  const wide = <usize>outputs * 8;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const from = x + <usize>i * step;
    const by = r + <usize>i * wide;
    let k = 0;
    for (; k + 2 <= outputs; k += 2) {
      fourIntoTwo(from, step, by + <usize>k * 8, wide, gradient + <usize>k * step, width);
    }
    if (k < outputs) fourIntoOne(from, step, by + <usize>k * 8, wide, gradient + <usize>k * step, width);
  }
  for (; i < rows; i++) {
    for (let k = 0; k < outputs; k++) {
      const factor = load<f64>(r + <usize>i * wide + <usize>k * 8);
      addScaled(x + <usize>i * step, factor, gradient + <usize>k * step, width);
    }
  }
}

function dot(a: usize, b: usize, width: i32): f64 {
  let sum = f64x2.splat(0);
  let j = 0;
  for (; j + 2 <= width; j += 2) {
    sum = f64x2.add(sum, f64x2.mul(v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
  }
  return whole(sum, j < width ? load<f64>(a) * load<f64>(b) : 0);
}

function whole(sum: v128, last: f64): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + last;
}

function twoByFour(x: usize, step: usize, w: usize, width: i32, to: usize, wide: usize): void {
  let a0 = f64x2.splat(0);
  let a1 = f64x2.splat(0);
  let a2 = f64x2.splat(0);
  let a3 = f64x2.splat(0);
  let b0 = f64x2.splat(0);
  let b1 = f64x2.splat(0);
  let b2 = f64x2.splat(0);
  let b3 = f64x2.splat(0);
  let j = 0;
  for (; j + 2 <= width; j += 2) {
    const first = v128.load(x);
    const second = v128.load(x + step);
    let weight = v128.load(w);
    a0 = f64x2.add(a0, f64x2.mul(first, weight));
    b0 = f64x2.add(b0, f64x2.mul(second, weight));
    weight = v128.load(w + step);
    a1 = f64x2.add(a1, f64x2.mul(first, weight));
    b1 = f64x2.add(b1, f64x2.mul(second, weight));
    weight = v128.load(w + 2 * step);
    a2 = f64x2.add(a2, f64x2.mul(first, weight));
    b2 = f64x2.add(b2, f64x2.mul(second, weight));
    weight = v128.load(w + 3 * step);
    a3 = f64x2.add(a3, f64x2.mul(first, weight));
    b3 = f64x2.add(b3, f64x2.mul(second, weight));
    x += 16;
    w += 16;
  }
  const odd = j < width;
  const first = odd ? load<f64>(x) : 0;
  const second = odd ? load<f64>(x + step) : 0;
  let weight = odd ? load<f64>(w) : 0;
  store<f64>(to, whole(a0, first * weight));
  store<f64>(to + wide, whole(b0, second * weight));
  weight = odd ? load<f64>(w + step) : 0;
  store<f64>(to, whole(a1, first * weight), 8);
  store<f64>(to + wide, whole(b1, second * weight), 8);
  weight = odd ? load<f64>(w + 2 * step) : 0;
  store<f64>(to, whole(a2, first * weight), 16);
  store<f64>(to + wide, whole(b2, second * weight), 16);
  weight = odd ? load<f64>(w + 3 * step) : 0;
  store<f64>(to, whole(a3, first * weight), 24);
  store<f64>(to + wide, whole(b3, second * weight), 24);
}

function fourByOne(x: usize, step: usize, w: usize, width: i32, to: usize, wide: usize): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  let j = 0;
  for (; j + 2 <= width; j += 2) {
    const weight = v128.load(w);
    a = f64x2.add(a, f64x2.mul(v128.load(x), weight));
    b = f64x2.add(b, f64x2.mul(v128.load(x + step), weight));
    c = f64x2.add(c, f64x2.mul(v128.load(x + 2 * step), weight));
    d = f64x2.add(d, f64x2.mul(v128.load(x + 3 * step), weight));
    x += 16;
    w += 16;
  }
  const odd = j < width;
  const weight = odd ? load<f64>(w) : 0;
  store<f64>(to, whole(a, odd ? load<f64>(x) * weight : 0));
  store<f64>(to + wide, whole(b, odd ? load<f64>(x + step) * weight : 0));
  store<f64>(to + 2 * wide, whole(c, odd ? load<f64>(x + 2 * step) * weight : 0));
  store<f64>(to + 3 * wide, whole(d, odd ? load<f64>(x + 3 * step) * weight : 0));
}

function fourIntoTwo(x: usize, step: usize, r: usize, wide: usize, to: usize, width: i32): void {
  const a0 = v128.load_splat<f64>(r);
  const a1 = v128.load_splat<f64>(r + wide);
  const a2 = v128.load_splat<f64>(r + 2 * wide);
  const a3 = v128.load_splat<f64>(r + 3 * wide);
  const b0 = v128.load_splat<f64>(r, 8);
  const b1 = v128.load_splat<f64>(r + wide, 8);
  const b2 = v128.load_splat<f64>(r + 2 * wide, 8);
  const b3 = v128.load_splat<f64>(r + 3 * wide, 8);
  let j = 0;
  for (; j + 2 <= width; j += 2) {
    let a = v128.load(to);
    let b = v128.load(to + step);
    let row = v128.load(x);
    a = f64x2.add(a, f64x2.mul(a0, row));
    b = f64x2.add(b, f64x2.mul(b0, row));
    row = v128.load(x + step);
    a = f64x2.add(a, f64x2.mul(a1, row));
    b = f64x2.add(b, f64x2.mul(b1, row));
    row = v128.load(x + 2 * step);
    a = f64x2.add(a, f64x2.mul(a2, row));
    b = f64x2.add(b, f64x2.mul(b2, row));
    row = v128.load(x + 3 * step);
    a = f64x2.add(a, f64x2.mul(a3, row));
    b = f64x2.add(b, f64x2.mul(b3, row));
    v128.store(to, a);
    v128.store(to + step, b);
    x += 16;
    to += 16;
  }
  if (j == width) return;
  lastOfFour(x, step, r, wide, to);
  lastOfFour(x, step, r + 8, wide, to + step);
}

function fourIntoOne(x: usize, step: usize, r: usize, wide: usize, to: usize, width: i32): void {
  const a0 = v128.load_splat<f64>(r);
  const a1 = v128.load_splat<f64>(r + wide);
  const a2 = v128.load_splat<f64>(r + 2 * wide);
  const a3 = v128.load_splat<f64>(r + 3 * wide);
  let j = 0;
  for (; j + 2 <= width; j += 2) {
    let a = v128.load(to);
    a = f64x2.add(a, f64x2.mul(a0, v128.load(x)));
    a = f64x2.add(a, f64x2.mul(a1, v128.load(x + step)));
    a = f64x2.add(a, f64x2.mul(a2, v128.load(x + 2 * step)));
    a = f64x2.add(a, f64x2.mul(a3, v128.load(x + 3 * step)));
    v128.store(to, a);
    x += 16;
    to += 16;
  }
  if (j < width) lastOfFour(x, step, r, wide, to);
}

/** The last number of four rows of odd width. */
function lastOfFour(x: usize, step: usize, r: usize, wide: usize, to: usize): void {
  let sum = load<f64>(to);
  for (let i: usize = 0; i < 4; i++) sum += load<f64>(r + i * wide) * load<f64>(x + i * step);
  store<f64>(to, sum);
}

function addScaled(x: usize, factor: f64, to: usize, width: i32): void {
  const by = f64x2.splat(factor);
  let j = 0;
  for (; j + 2 <= width; j += 2) {
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(by, v128.load(x))));
    x += 16;
    to += 16;
  }
  if (j < width) store<f64>(to, load<f64>(to) + factor * load<f64>(x));
}
