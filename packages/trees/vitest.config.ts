import { testConfig } from '@laurel/config/vitest';

export default testConfig();
