import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planArena } from '../kernel/arena.ts';
import { openKernel } from '../kernel/module.ts';

it('sortNumbers sorts as Float64Array does, zeros of both signs and infinities too', () => {
  const kernel = openKernel(planArena({ values: 4000, spare: 4000, places: 6 * 2048 * 4 }));
  const { at } = kernel.arena;
  const number = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer({ min: -4, max: 4 }),
    fc.constantFrom(0, -0, Infinity, -Infinity, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, -5e-324),
  );
  fc.assert(
    fc.property(fc.array(number, { maxLength: 400 }), (numbers) => {
      const values = kernel.f64('values').subarray(0, numbers.length);
      values.set(numbers);
      kernel.exports.sortNumbers(at.values, numbers.length, at.spare, at.places);
      const expected = Float64Array.from(numbers).sort();
      expect(values.length).toBe(expected.length);
      for (const [i, value] of expected.entries()) expect(Object.is(values[i], value)).toBe(true);
    }),
  );
});
