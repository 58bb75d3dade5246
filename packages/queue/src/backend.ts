import { AppError } from '@laurel/contracts';
import {
  type BackendFactory,
  createPostgresBackend,
  createRedisBackend,
  type IQueueBackend,
  withBackend,
} from 'bullmq';
import { Redis } from 'ioredis';

/** Where jobs are kept. `namespace` separates installations (and tests) that use one server. */
export type QueueConnection =
  | { kind: 'postgres'; url: string; namespace?: string }
  | { kind: 'redis'; url: string; namespace?: string };

/** The one place that knows which backend is behind the queue. */
export interface Backend {
  name: 'PostgreSQL' | 'Redis';
  classes: ReturnType<typeof withBackend<IQueueBackend, unknown>>;
  /** options of producers, which answer people and fail fast */
  producer: { connection: unknown; prefix?: string };
  /** options of workers, which wait for as long as it takes */
  consumer: { connection: unknown; prefix?: string };
  /** resolves when producers have a connection, which may be never */
  connected(): Promise<void>;
  /** NOT_READY, naming what to change, when the server is set in a way that loses jobs */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** Makes the backend that the configuration names; connects when it is first used. */
export function createBackend(connection: QueueConnection, onError: (error: Error) => void): Backend {
  return connection.kind === 'redis' ? redisBackend(connection, onError) : postgresBackend(connection);
}

function postgresBackend({ url, namespace }: QueueConnection): Backend {
  const connection = (max: number) => ({
    connectionString: url,
    schema: namespace ?? 'bullmq',
    migrate: true,
    max,
    connectionTimeoutMillis: 3000,
    keepAlive: true,
    application_name: 'laurel-queue',
  });
  return {
    name: 'PostgreSQL',
    classes: bind(createPostgresBackend),
    producer: { connection: connection(2) },
    consumer: { connection: connection(3) },
    connected: async () => undefined,
    check: async () => undefined,
    close: async () => undefined,
  };
}

function redisBackend({ url, namespace }: QueueConnection, onError: (error: Error) => void): Backend {
  const retryStrategy = (times: number) => Math.min(times * 100, 1000);
  const producer = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1, retryStrategy });
  const consumer = new Redis(url, { maxRetriesPerRequest: null, retryStrategy, lazyConnect: true });
  producer.on('error', onError);
  consumer.on('error', onError);
  const prefix = namespace ?? 'laurel';
  let connecting: Promise<void> | null = null;
  const connected = async () => {
    if (producer.status === 'ready') return;
    connecting ??= new Promise((resolve) => producer.once('ready', resolve));
    await connecting;
    connecting = null;
  };
  return {
    name: 'Redis',
    classes: bind(createRedisBackend),
    producer: { connection: producer, prefix },
    consumer: { connection: consumer, prefix },
    connected,
    check: () => refuseEviction(producer),
    close: async () => {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}

/** With any other policy a full Redis silently throws away jobs and locks. */
async function refuseEviction(redis: Redis): Promise<void> {
  const policy = /maxmemory_policy:(\S+)/.exec(await redis.info('memory'))?.[1];
  if (policy === 'noeviction') return;
  throw new AppError(
    'NOT_READY',
    `Redis has maxmemory-policy ${policy ?? 'unknown'}, with which it throws jobs away when it is full. Set maxmemory-policy to noeviction (redis-cli config set maxmemory-policy noeviction, and in redis.conf) and start again.`,
    { details: { setting: 'maxmemory-policy' } },
  );
}

// The two factories differ in types that matter to nobody who uses the classes; they are dropped here and only here.
function bind(factory: unknown) {
  return withBackend(factory as BackendFactory<IQueueBackend, unknown>);
}
