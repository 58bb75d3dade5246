import { describe, expect, it } from 'vitest';
import { parseEnv } from './env.ts';

const whole = {
  DATABASE_URL: 'postgresql://laurel:secret@127.0.0.1:5432/laurel',
  LAUREL_INTERNAL_TOKEN: 'x'.repeat(32),
  LAUREL_AUTH_SECRET: 'y'.repeat(32),
};

describe('parseEnv', () => {
  it('fills in what is not given', () => {
    expect(parseEnv({ ...whole, PORT: '4000', LAUREL_URL: '' })).toMatchObject({
      publicOrigin: 'http://localhost:4000',
      serveUrl: 'http://127.0.0.1:3001',
      maxUploadBytes: 2048 * 1024 * 1024,
      redisUrl: null,
    });
  });

  it('takes the origin alone of a public address', () => {
    expect(parseEnv({ ...whole, LAUREL_URL: 'https://laurel.example.org/path/' }).publicOrigin).toBe(
      'https://laurel.example.org',
    );
  });

  it('names every wrong variable, with an example and without its value', () => {
    const wrong = () =>
      parseEnv({ ...whole, PORT: 'eighty', LAUREL_AUTH_SECRET: 'too-short', DATABASE_URL: undefined });
    expect(wrong).toThrow(/PORT: .*Example: PORT=3000/);
    expect(wrong).toThrow(/LAUREL_AUTH_SECRET/);
    expect(wrong).toThrow(/DATABASE_URL/);
    expect(wrong).not.toThrow(/too-short/);
  });
});
