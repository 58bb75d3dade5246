import { defineConfig } from 'vitest/config';

/** One run over every package and app; each has its own vitest.config.ts. Two files at a time: the tests run real services. */
export default defineConfig({
  test: {
    projects: ['packages/*/vitest.config.{ts,js}', 'apps/*/vitest.config.ts', 'bench/vitest.config.ts'],
    maxWorkers: 2,
  },
});
