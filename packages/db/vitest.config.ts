import { testConfig } from '@laurel/config/vitest';
import { mergeConfig } from 'vitest/config';

// One PostgreSQL for all test files of this package; each file gets a database of its own.
export default mergeConfig(testConfig(), { test: { globalSetup: './src/testing/global-setup.ts' } });
