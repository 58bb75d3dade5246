import { AppError } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { persist } from './persist.ts';

describe('persist', () => {
  it('repeats what may pass and says so', async () => {
    const lines: string[] = [];
    let tries = 0;
    const work = async () => {
      tries++;
      if (tries < 3) throw new AppError('STORAGE_UNAVAILABLE', 'The database is away.');
      return 'done';
    };
    expect(await persist('recording', (_, message) => lines.push(message), work)).toBe('done');
    expect(tries).toBe(3);
    expect(lines).toEqual(Array(2).fill('recording did not work and is tried again'));
  });

  it('throws at once what cannot pass', async () => {
    for (const error of [new AppError('STORAGE_FULL', 'The disk is full.'), new TypeError('no')]) {
      let tries = 0;
      const work = async () => {
        tries++;
        throw error;
      };
      await expect(persist('recording', () => undefined, work)).rejects.toBe(error);
      expect(tries).toBe(1);
    }
  });
});
