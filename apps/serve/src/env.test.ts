import { describe, expect, it } from 'vitest';
import { serveEnv } from './env.ts';

const whole = { DATABASE_URL: 'postgresql://x', LAUREL_INTERNAL_TOKEN: 'x'.repeat(32) };

describe('environment', () => {
  it('has defaults', () => {
    expect(serveEnv(whole)).toMatchObject({ port: 3001, publicOrigin: 'http://localhost:3000' });
  });

  it('names every wrong variable with an example', () => {
    expect(() => serveEnv({ ...whole, SERVE_PORT: 'abc', DATABASE_URL: '' })).toThrow(
      /DATABASE_URL: .*Example: DATABASE_URL=postgresql[\s\S]*SERVE_PORT: .*Example: SERVE_PORT=3001/,
    );
  });
});
