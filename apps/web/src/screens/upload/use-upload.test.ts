import { expect, it } from 'vitest';
import { makeSpeedometer } from './use-upload.ts';

it('measures the speed of the last three seconds', () => {
  const speed = makeSpeedometer();
  expect(speed(0, 0)).toBeNull();
  expect(speed(100, 300)).toBeNull();
  expect(speed(1000, 1000)).toBe(1000);
  // a stall shows within the window
  speed(1000, 3000);
  speed(1000, 5000);
  expect(speed(1000, 7000)).toBe(0);
});
