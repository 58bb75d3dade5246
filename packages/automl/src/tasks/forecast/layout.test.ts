import { describe, expect, it } from 'vitest';
import { backtestLayout } from './layout.ts';

describe('sealed steps', () => {
  it.each([
    [300, 40, 0.5, 120],
    [300, 40, 0.4, 120],
    [300, 10, 0.5, 150],
    [300, 40, 0.01, 40],
  ])(
    'of %i steps with a horizon of %i and a share of %f are %i, and stay so when read again',
    (length, horizon, holdout, sealed) => {
      const layout = backtestLayout(length, horizon, { holdout }, length);
      expect(layout.sealed).toBe(sealed);
      expect(backtestLayout(length, horizon, { holdout: sealed / length }, length)).toEqual(layout);
    },
  );
});
