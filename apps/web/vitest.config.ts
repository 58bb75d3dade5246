import { fileURLToPath } from 'node:url';
import { testConfig } from '@laurel/config/vitest';
import { mergeConfig } from 'vitest/config';

export default mergeConfig(testConfig(), {
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // a database is started for each file; two at once are enough for two cores
  test: { maxWorkers: 2 },
});
