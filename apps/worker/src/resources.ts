import type { Db } from '@laurel/db';
import type { EngineProtocol, Pool } from '@laurel/pool';
import type { BlobStore } from '@laurel/storage';
import type { Log } from './log.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import type { Ticker } from './ticker.ts';
import type { ArtifactCache } from './trials/artifact-cache.ts';

/** Everything that handlers use, made once in main.ts. */
export interface Resources {
  db: Db;
  storage: BlobStore;
  /** processes for trials: as many at a time as there are slots */
  trials: Pool<EngineProtocol>;
  /** processes for reading and preparing tables, so that these do not wait for long trials */
  tables: Pool<EngineProtocol>;
  artifacts: ArtifactCache;
  relay: OutboxRelay;
  ticker: Ticker;
  workerId: string;
  slots: number;
  /** a folder of this process alone */
  scratch: string;
  /** fired when a stopping worker does not wait for its trials any longer */
  shutdown: AbortSignal;
  log: Log;
}
