import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitTargetScale, fromScaled, toScaled } from './target-scale.ts';

const anyValue = fc.double({ noNaN: true, noDefaultInfinity: true });
const closeTogether = fc
  .tuple(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.array(fc.double({ min: -1, max: 1, noNaN: true })))
  .map(([base, offsets]) => offsets.map((offset) => base + offset));

it('makes moderate numbers of any target, and brings them back', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(anyValue, { maxLength: 30 }), closeTogether), (values) => {
      const target = Float64Array.from(values);
      const scale = fitTargetScale(target);
      const scaled = toScaled(target, scale);
      const spread = target.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      for (const value of scaled) expect(Math.abs(value)).toBeLessThanOrEqual(Math.sqrt(target.length) * 1.001 + 1);
      const back = fromScaled(scaled, scale);
      for (const [i, value] of target.entries()) expect(Math.abs(back[i]! - value)).toBeLessThanOrEqual(1e-14 * spread);
    }),
    { seed: 5, numRuns: 500 },
  );
});

it('gives equal values back exactly', () => {
  for (const value of [0, 3, 0.1, -1e300, 5e-324]) {
    const target = new Float64Array(7).fill(value);
    const scale = fitTargetScale(target);
    expect(scale.scale).toBe(1);
    expect(scale.mean).toBeCloseTo(value, 12);
  }
});
