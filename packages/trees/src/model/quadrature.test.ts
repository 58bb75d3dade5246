import { describe, expect, it } from 'vitest';
import { gaussLegendre } from './quadrature.ts';

describe('gaussLegendre', () => {
  it('integrates every power it must exactly', () => {
    for (const count of [1, 2, 4, 8, 16, 50]) {
      const { points, weights } = gaussLegendre(count);
      for (let power = 0; power < 2 * count; power++) {
        const integral = points.reduce((sum, t, index) => sum + weights[index]! * t ** power, 0);
        expect(integral * (power + 1)).toBeCloseTo(1, 11);
      }
    }
  });

  it('has rising points inside of the interval, mirrored at its middle', () => {
    for (const count of [2, 7, 64, 500]) {
      const { points, weights } = gaussLegendre(count);
      let last = 0;
      points.forEach((point, index) => {
        expect(point).toBeGreaterThan(last);
        last = point;
        expect(point + points[count - 1 - index]!).toBeCloseTo(1, 13);
        expect(weights[index]).toBeCloseTo(weights[count - 1 - index]!, 13);
      });
      expect(last).toBeLessThan(1);
    }
  });
});
