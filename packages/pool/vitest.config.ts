import { testConfig } from '@laurel/config/vitest';

export default testConfig({ testTimeoutMs: 60_000 });
