import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsort, midranks, quantileOfSorted, rankDescending } from './sort.ts';
import { generator } from './testing/rows.ts';

describe('argsort', () => {
  it('is a stable ascending order for few and for many values, with negatives, ties and both zeros', () => {
    const next = generator(1);
    for (const n of [0, 1, 2, 500, 5000]) {
      const values = Float64Array.from({ length: n }, () => {
        const kind = next();
        if (kind < 0.1) return -0;
        if (kind < 0.2) return 0;
        if (kind < 0.5) return Math.floor(next() * 10) - 5;
        return (next() - 0.5) * 10 ** Math.floor(next() * 40 - 20);
      });
      const order = argsort(values);
      const expected = Array.from({ length: n }, (_, i) => i).sort(
        (a, b) => (values[a] as number) - (values[b] as number),
      );
      expect([...order]).toEqual(expected);
    }
  });
});

describe('ranks', () => {
  it('shares mid-ranks among equal values', () => {
    expect([...midranks([10, 20, 10, 30])]).toEqual([1.5, 3, 1.5, 4]);
  });

  it('sums to n(n+1)/2 whatever the ties', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { maxLength: 50 }), (values) => {
        const sum = midranks(values).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo((values.length * (values.length + 1)) / 2, 9);
      }),
    );
  });

  it('groups equal scores, highest first', () => {
    const ranking = rankDescending([0.1, 0.9, 0.1, 0.5]);
    expect([...ranking.groupEnds]).toEqual([1, 2, 4]);
    expect(ranking.order[0]).toBe(1);
  });

  it('takes quantiles between neighbours', () => {
    expect(quantileOfSorted([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantileOfSorted([], 0.5)).toBeNaN();
  });
});
