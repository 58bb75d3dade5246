import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createPool, type Pool } from '@laurel/pool';
import type { EngineSettings } from '../env.ts';
import type { CliProtocol } from './protocol.ts';

/** Child processes that fit: together they may take four fifths of the machine's memory. */
export function trainingPool({ workers, parentEnv }: EngineSettings): Pool<CliProtocol> {
  return createPool<CliProtocol>({
    entry: childEntry(),
    size: workers,
    memoryLimitMb: Math.max(1024, Math.floor((totalmem() / 1_048_576) * (0.8 / workers))),
    parentEnv,
  });
}

/** The children's program: beside this one when bundled, else its TypeScript source. */
function childEntry(): string {
  const here = import.meta.url;
  return fileURLToPath(here.endsWith('.ts') ? new URL('../child.ts', here) : new URL('./child.js', here));
}
