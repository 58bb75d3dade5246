import { AppError } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { createRateLimiter } from './rate-limiter.ts';
import { Remembered } from './remembered.ts';

const keepsWhen = (error: unknown) => !(error instanceof AppError);
const away = () => Promise.reject(new Error('connection refused'));

describe('what is remembered of a source', () => {
  it('asks once for a question within the fresh time and for all who ask at once', async () => {
    const memory = new Remembered<number>({ freshMs: 1000, staleMs: 1000, limit: 10, keepsWhen });
    let asked = 0;
    const ask = async () => ++asked;
    expect(await Promise.all([memory.get('a', ask), memory.get('a', ask)])).toEqual([1, 1]);
    expect(await memory.get('a', ask)).toBe(1);
  });

  it('answers from memory while the source is away, and passes on its refusals', async () => {
    const memory = new Remembered<number>({ freshMs: -1, staleMs: 1000, limit: 10, keepsWhen });
    await expect(memory.get('a', away)).rejects.toThrow('connection refused');
    expect(await memory.get('a', async () => 7)).toBe(7);
    expect(await memory.get('a', away)).toBe(7);
    const refused = () => Promise.reject(new AppError('FORBIDDEN', 'no longer'));
    await expect(memory.get('a', refused)).rejects.toThrow('no longer');
    await expect(memory.get('a', away)).rejects.toThrow('connection refused');
  });

  it('forgets the oldest beyond its limit and what is too old', async () => {
    const memory = new Remembered<number>({ freshMs: -1, staleMs: 1000, limit: 1, keepsWhen });
    await memory.get('a', async () => 1);
    await memory.get('b', async () => 2);
    await expect(memory.get('a', away)).rejects.toThrow('connection refused');
    const short = new Remembered<number>({ freshMs: -1, staleMs: -1, limit: 9, keepsWhen });
    await short.get('a', async () => 1);
    await expect(short.get('a', away)).rejects.toThrow('connection refused');
  });
});

describe('rate limiter', () => {
  it('lets a burst through, then says how long to wait, and fills up with time', () => {
    let now = 0;
    const limiter = createRateLimiter({ perSecond: 10, burst: 2 }, () => now);
    expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 0]);
    expect(limiter.take('a')).toBeCloseTo(0.1, 9);
    expect(limiter.take('b')).toBe(0);
    now = 100;
    expect(limiter.take('a')).toBe(0);
    expect(limiter.take('a')).toBeGreaterThan(0);
  });
});
