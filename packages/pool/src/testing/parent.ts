import { createPool } from '../pool.ts';
import type { TestProtocol } from './child.ts';

/** A parent for the test that kills it: runs a busy loop in a child and says the child's pid. */
const pool = createPool<TestProtocol>({
  entry: process.argv[2] as string,
  size: 1,
  memoryLimitMb: 400,
  parentEnv: process.env,
});
void pool.run({ kind: 'loop' }, { onStart: (pid) => process.send?.(pid) });
