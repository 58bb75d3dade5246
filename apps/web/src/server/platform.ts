import { resolve } from 'node:path';
import { type Auth, createAuth } from '@laurel/access/auth';
import { createDb, type Db } from '@laurel/db';
import { type BlobStore, createBlobStore } from '@laurel/storage';
import { type WebEnv, webEnv } from '../env.ts';
import { createEventHub, type EventHub } from './event-hub.ts';
import { createQueueCheck, type QueueCheck } from './queue-check.ts';
import { createServeClient, type ServeClient } from './serve-client.ts';

/** Everything that a request needs of the outside. Made once per process; tests make their own. */
export interface Platform {
  env: WebEnv;
  db: Db;
  auth: Auth;
  blobs: BlobStore;
  serve: ServeClient;
  events: EventHub;
  queue: QueueCheck;
  close(): Promise<void>;
}

// Next may load this module more than once (pages and route handlers are bundled apart), so the one instance is global.
const slot = globalThis as unknown as { laurelPlatform?: Platform };

/** The process's platform. Throws, naming the variable, when the environment is not complete. */
export function platform(): Platform {
  slot.laurelPlatform ??= createPlatform(webEnv());
  return slot.laurelPlatform;
}

export function createPlatform(env: WebEnv): Platform {
  const db = createDb({ connectionString: env.databaseUrl });
  const queue = createQueueCheck(env);
  return {
    env,
    db,
    auth: createAuth({ prisma: db.prisma, throttle: db.signIns, secret: env.authSecret, baseUrl: env.publicOrigin }),
    blobs: createBlobStore({ kind: 'files', directory: resolve(/* turbopackIgnore: true */ env.home, 'blobs') }),
    serve: createServeClient(env),
    events: createEventHub((wake) => db.internal.listen('events', wake)),
    queue,
    async close() {
      await queue.close();
      await db.close();
    },
  };
}
