import { availableParallelism } from 'node:os';
import { AppError } from '@laurel/contracts';

/** What `laurel train` and `laurel predict` read of the environment. */
export interface EngineSettings {
  /** child processes for training */
  workers: number;
  /** what children may see of our environment; the pool takes PATH and the locale from it */
  parentEnv: NodeJS.ProcessEnv;
}

/** @throws PARAMETER_INVALID naming the variable and an example */
export function readEngineSettings(source: NodeJS.ProcessEnv = process.env): EngineSettings {
  const given = source.LAUREL_WORKERS;
  const workers = given ? Number(given) : availableParallelism();
  if (!Number.isInteger(workers) || workers < 1 || workers > 256) {
    throw new AppError(
      'PARAMETER_INVALID',
      `LAUREL_WORKERS is ${JSON.stringify(given)}, and has to be a whole number from 1 to 256, for example LAUREL_WORKERS=2.`,
    );
  }
  return { workers, parentEnv: source };
}
