import { kernelHashes } from '@laurel/automl';
import type { EngineVersions } from '@laurel/contracts';
import manifest from '../package.json' with { type: 'json' };

/** Stored with every experiment, so that a result can be traced to the program that made it. */
export const codeVersion = manifest.version;

/** The same with all that numbers depend on. What networks run on is known once one was trained: trials say it. */
export function engineVersions(): EngineVersions {
  const platform = `${process.platform}-${process.arch}`;
  return { laurel: codeVersion, node: process.version, platform, backend: null, kernels: kernelHashes() };
}
