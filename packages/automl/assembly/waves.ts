import { cosPi4, plus, sinPi4, sum4, times } from './vector';

/** Waves per number: fixed, four vectors of four. */
const waves = 16;

/**
 * Numbers as RealMLP's PBLD embedding (Holzmueller et al. 2024): x -> (x, three sums of sixteen waves cos(2 pi (w x + b))),
 * for the first `numbers` columns of `columns`; the other columns follow as they are. out is rows x (columns + 3 numbers).
 * w and b are numbers x 16, mix is numbers x 3 x 16, shift numbers x 3.
 */
export function embed(
  x: usize,
  w: usize,
  b: usize,
  mix: usize,
  shift: usize,
  rows: i32,
  columns: i32,
  numbers: i32,
  out: usize,
): void {
  let to = out;
  for (let i = 0; i < rows; i++) {
    const row = x + <usize>i * 4 * <usize>columns;
    for (let f = 0; f < numbers; f++) {
      const value = load<f32>(row + <usize>f * 4);
      store<f32>(to, value);
      for (let d = 0; d < 3; d++) {
        let sum = f32x4.splat(0);
        for (let q = 0; q < waves; q += 4) {
          const cosine = cosineOf(turnsOf(w, b, f, q, value));
          sum = plus(sum, times(cosine, v128.load(mix + <usize>((f * 3 + d) * waves + q) * 4)));
        }
        store<f32>(to + <usize>(d + 1) * 4, sum4(sum) + load<f32>(shift + <usize>(f * 3 + d) * 4));
      }
      to += 16;
    }
    const rest = <usize>(columns - numbers) * 4;
    memory.copy(to, row + <usize>numbers * 4, rest);
    to += rest;
  }
}

/** The way back: gradients of w, b, mix and shift from those of the outputs. */
export function embedBack(
  dOut: usize,
  x: usize,
  w: usize,
  b: usize,
  mix: usize,
  rows: i32,
  columns: i32,
  numbers: i32,
  dW: usize,
  dB: usize,
  dMix: usize,
  dShift: usize,
): void {
  memory.fill(dW, 0, <usize>(numbers * waves) * 4);
  memory.fill(dB, 0, <usize>(numbers * waves) * 4);
  memory.fill(dMix, 0, <usize>(3 * numbers * waves) * 4);
  memory.fill(dShift, 0, <usize>(3 * numbers) * 4);
  const turn = f32x4.splat(-6.283185307179586);
  for (let i = 0; i < rows; i++) {
    const row = x + <usize>i * 4 * <usize>columns;
    const from = dOut + <usize>i * 4 * <usize>(columns + 3 * numbers);
    for (let f = 0; f < numbers; f++) {
      const value = load<f32>(row + <usize>f * 4);
      const at = from + <usize>f * 16;
      for (let d = 0; d < 3; d++) {
        const cell = dShift + <usize>(f * 3 + d) * 4;
        store<f32>(cell, load<f32>(cell) + load<f32>(at + <usize>(d + 1) * 4));
      }
      for (let q = 0; q < waves; q += 4) {
        const turns = turnsOf(w, b, f, q, value);
        const cosine = cosineOf(turns);
        let inner = f32x4.splat(0);
        for (let d = 0; d < 3; d++) {
          const g = f32x4.splat(load<f32>(at + <usize>(d + 1) * 4));
          const cell = <usize>((f * 3 + d) * waves + q) * 4;
          v128.store(dMix + cell, plus(v128.load(dMix + cell), times(g, cosine)));
          inner = plus(inner, times(g, v128.load(mix + cell)));
        }
        inner = times(times(inner, turn), sineOf(turns));
        const cell = <usize>(f * waves + q) * 4;
        v128.store(dB + cell, plus(v128.load(dB + cell), inner));
        v128.store(dW + cell, plus(v128.load(dW + cell), times(inner, f32x4.splat(value))));
      }
    }
  }
}

/** w x + b without its whole turns: within -1/2 and 1/2. */
function turnsOf(w: usize, b: usize, f: i32, q: i32, value: f32): v128 {
  const cell = <usize>(f * waves + q) * 4;
  const turns = plus(times(v128.load(w + cell), f32x4.splat(value)), v128.load(b + cell));
  return f32x4.sub(turns, f32x4.nearest(turns));
}

/** cos(2 pi r) = 1 - 2 sin(pi r)^2 */
function cosineOf(turns: v128): v128 {
  const s = sinPi4(turns);
  return f32x4.sub(f32x4.splat(1), times(f32x4.splat(2), times(s, s)));
}

/** sin(2 pi r) = 2 sin(pi r) cos(pi r) */
function sineOf(turns: v128): v128 {
  return times(f32x4.splat(2), times(sinPi4(turns), cosPi4(turns)));
}
