import { describe, expect, it } from 'vitest';
import { workerEnv } from './env.ts';

const DATABASE_URL = 'postgresql://laurel:secret@127.0.0.1:5432/laurel';

describe('the environment', () => {
  it('needs a database and has defaults for the rest', () => {
    const env = workerEnv({ DATABASE_URL, REDIS_URL: '' });
    expect(env).toMatchObject({ databaseUrl: DATABASE_URL, redisUrl: null });
    expect(env.home).toMatch(/^\/.*\.laurel$/);
    expect(env.slots).toBeGreaterThanOrEqual(1);
  });

  it('shares the memory between the slots, within bounds', () => {
    const one = workerEnv({ DATABASE_URL, LAUREL_WORKERS: '1' }).trialMemoryMb;
    const many = workerEnv({ DATABASE_URL, LAUREL_WORKERS: '200' }).trialMemoryMb;
    expect(one).toBeLessThanOrEqual(8192);
    expect(many).toBe(512);
    expect(workerEnv({ DATABASE_URL, LAUREL_TRIAL_MEMORY_MB: '3000' }).trialMemoryMb).toBe(3000);
  });

  it('names every wrong variable with an example', () => {
    const read = () => workerEnv({ REDIS_URL: 'http://x', LAUREL_WORKERS: 'many' });
    expect(read).toThrow(/DATABASE_URL: .*Example: DATABASE_URL=postgresql:/);
    expect(read).toThrow(/REDIS_URL: .*Example: REDIS_URL=redis:/);
    expect(read).toThrow(/LAUREL_WORKERS: .*Example: LAUREL_WORKERS=2/);
  });
});
