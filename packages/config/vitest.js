import { defineConfig } from 'vitest/config';

/**
 * What every package's vitest.config.ts starts from. Forks, because real services and WASM are used in the tests.
 * JavaScript, because vitest leaves this import to Node, and Node 20 does not read TypeScript.
 * @param {{ testTimeoutMs?: number, setupFiles?: string[] }} overrides
 */
export function testConfig(overrides = {}) {
  return defineConfig({
    test: {
      pool: 'forks',
      include: ['src/**/*.test.ts', 'src/**/*.test.tsx'],
      testTimeout: overrides.testTimeoutMs ?? 20_000,
      hookTimeout: 60_000,
      setupFiles: overrides.setupFiles ?? [],
    },
  });
}
