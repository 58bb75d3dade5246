import { createQueue, type JobQueue } from '@laurel/queue';
import type { WebEnv } from '../env.ts';
import { log } from './log.ts';

/** A check that the queue's server answers. Connections are opened at the first call and kept. */
export function createQueueCheck(env: WebEnv): () => Promise<void> {
  let queue: JobQueue | null = null;
  return () => {
    queue ??= createQueue({
      connection: env.redisUrl ? { kind: 'redis', url: env.redisUrl } : { kind: 'postgres', url: env.databaseUrl },
      onError: (failure) => log('warn', 'the queue lost its connection', { failure }),
    });
    return queue.ready();
  };
}
