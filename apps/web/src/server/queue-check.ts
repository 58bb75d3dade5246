import { createQueue, type JobQueue } from '@laurel/queue';
import type { WebEnv } from '../env.ts';
import { log } from './log.ts';

export interface QueueCheck {
  /** throws when the queue's server does not answer */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Whether jobs can be queued. Connections are opened at the first question and kept. */
export function createQueueCheck(env: WebEnv): QueueCheck {
  let queue: JobQueue | null = null;
  return {
    async ready() {
      queue ??= createQueue({
        connection: env.redisUrl ? { kind: 'redis', url: env.redisUrl } : { kind: 'postgres', url: env.databaseUrl },
        onError: (failure) => log('warn', 'the queue lost its connection', { failure }),
      });
      await queue.ready();
    },
    close: async () => queue?.close(),
  };
}
