import { describe, expect, it } from 'vitest';
import { drawFrom } from '../model/testing.ts';
import { openKernel } from './module.ts';

const { exports } = openKernel({ at: {}, size: {}, bytes: 65_536 });
const { exp, log, sigmoid } = exports;

const bits = new DataView(new ArrayBuffer(8));

/** Place of a number among all numbers in order. */
function placeOf(x: number): bigint {
  bits.setFloat64(0, x);
  const raw = bits.getBigInt64(0);
  return raw < 0n ? -(raw & 0x7fffffffffffffffn) : raw;
}

/** How many numbers lie between two. */
function steps(a: number, b: number): number {
  const distance = Number(placeOf(a) - placeOf(b));
  return Math.abs(distance);
}

function largestError(ours: (x: number) => number, theirs: (x: number) => number, inputs: Iterable<number>) {
  let worst = { error: 0, x: 0 };
  for (const x of inputs) {
    const error = steps(ours(x), theirs(x));
    if (!(error <= worst.error)) worst = { error, x };
  }
  return worst;
}

function* spread(seed: number, low: number, high: number, count = 100_000): Generator<number> {
  const draw = drawFrom(seed);
  for (let i = 0; i < count; i++) yield low + (high - low) * draw();
}

function* powers(seed: number, low: number, high: number, count = 100_000): Generator<number> {
  for (const power of spread(seed, low, high, count)) yield 2 ** power;
}

describe('the exponential', () => {
  it('is at most one step from that of the machine wherever it is a normal number', () => {
    for (const [low, high] of [
      [-708, 709.7],
      [-1, 1],
      [-40, 40],
      [-1e-8, 1e-8],
    ] as const) {
      expect(largestError(exp, Math.exp, spread(1, low, high)).error).toBeLessThanOrEqual(1);
    }
    const tiny = [...powers(2, -1_074, -20, 20_000)].flatMap((x) => [x, -x]);
    expect(largestError(exp, Math.exp, tiny).error).toBeLessThanOrEqual(1);
  });

  it('goes down gradually to zero and up to infinity', () => {
    expect(largestError(exp, Math.exp, spread(3, -745.13, -708)).error).toBeLessThanOrEqual(1);
    expect(exp(-745.2)).toBe(0);
    expect(exp(-1e308)).toBe(0);
    expect(exp(-Infinity)).toBe(0);
    expect(exp(-745.1)).toBe(5e-324);
    expect(exp(709.78)).toBeLessThan(Infinity);
    expect(exp(709.79)).toBe(Infinity);
    expect(exp(Infinity)).toBe(Infinity);
    expect(exp(NaN)).toBeNaN();
    expect(exp(0)).toBe(1);
    expect(exp(-0)).toBe(1);
    expect(steps(exp(1), Math.E)).toBeLessThanOrEqual(1);
  });

  it('never falls where its argument rises', () => {
    let before = 0;
    for (let x = -745.5; x < 710; x += 0.00731) {
      const value = exp(x);
      if (!(value >= before)) expect(value).toBeGreaterThanOrEqual(before);
      before = value;
    }
  });
});

describe('the logarithm', () => {
  it('is at most one step from that of the machine', () => {
    expect(largestError(log, Math.log, powers(4, -1_022, 1_024, 200_000)).error).toBeLessThanOrEqual(1);
    expect(largestError(log, Math.log, spread(5, 0.5, 2)).error).toBeLessThanOrEqual(1);
    expect(largestError(log, Math.log, spread(6, 1 - 1e-7, 1 + 1e-7)).error).toBeLessThanOrEqual(1);
    expect(largestError(log, Math.log, powers(7, -1_074, -1_022)).error).toBeLessThanOrEqual(1);
  });

  it('is right at its ends', () => {
    expect(log(0)).toBe(-Infinity);
    expect(log(-0)).toBe(-Infinity);
    expect(log(-1)).toBeNaN();
    expect(log(-Infinity)).toBeNaN();
    expect(log(NaN)).toBeNaN();
    expect(log(Infinity)).toBe(Infinity);
    expect(log(1)).toBe(0);
    expect(steps(log(5e-324), Math.log(5e-324))).toBeLessThanOrEqual(1);
    expect(steps(log(Number.MAX_VALUE), Math.log(Number.MAX_VALUE))).toBeLessThanOrEqual(1);
  });

  it('undoes the exponential', () => {
    for (const x of spread(8, -700, 700, 20_000)) {
      if (!(Math.abs(log(exp(x)) - x) <= 4e-16 * Math.max(1, Math.abs(x)))) expect(log(exp(x))).toBe(x);
    }
  });
});

describe('the sigmoid', () => {
  it('is a probability everywhere, and its opposite the other one', () => {
    for (const x of [0, -0, 1, -1, 36, -36, 40, 709, -709, 745, -745, 1e4, -1e4, 1e308, -1e308, Infinity, -Infinity]) {
      const p = sigmoid(x);
      expect(p >= 0 && p <= 1).toBe(true);
      expect(Math.abs(p + sigmoid(-x) - 1)).toBeLessThanOrEqual(2 ** -53);
    }
    expect(sigmoid(0)).toBe(0.5);
    expect(sigmoid(-700)).toBeCloseTo(0, 300);
    expect(sigmoid(NaN)).toBeNaN();
  });
});
