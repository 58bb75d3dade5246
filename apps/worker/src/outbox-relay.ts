import { AppError } from '@laurel/contracts';
import type { Db } from '@laurel/db';
import type { JobQueue } from '@laurel/queue';
import { errorText, type Log } from './log.ts';

const batch = 100;
const pollMs = 2000;

/**
 * Hands the rows of the outbox to the queue: right after a commit of this process (`kick`), on the database's notice
 * of any other's, and every two seconds in case both were missed. A row stays until the queue has taken it.
 */
export class OutboxRelay {
  private readonly db: Db;
  private readonly queue: JobQueue;
  private readonly log: Log;
  private timer: NodeJS.Timeout | null = null;
  private unlisten: (() => Promise<void>) | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private failing = false;
  private stopped = false;

  constructor(db: Db, queue: JobQueue, log: Log) {
    this.db = db;
    this.queue = queue;
    this.log = log;
  }

  async start(): Promise<void> {
    this.unlisten = await this.db.internal.listen('outbox', () => this.kick());
    this.timer = setInterval(() => this.kick(), pollMs);
    this.kick();
  }

  kick(): void {
    if (this.stopped) return;
    this.again = true;
    this.running ??= this.drain().finally(() => {
      this.running = null;
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.running;
    await this.unlisten?.();
  }

  private async drain(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        const taken = await this.db.internal.relayOutbox(batch, (row) => this.deliver(row));
        if (taken === batch) this.again = true;
      } catch (error) {
        this.tell(error);
      }
    }
  }

  private async deliver(row: { id: string; job: string; payload: unknown }): Promise<void> {
    try {
      await this.queue.enqueueUnchecked(row.job, row.payload, { jobId: row.id });
      this.failing = false;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'PARAMETER_INVALID') {
        this.tell(error);
        throw error;
      }
      // written by another version; keeping it would hold up every row behind it
      this.log('error', 'a job that this version does not know was dropped', { ...row, error: errorText(error) });
    }
  }

  /** Once per outage; the rows stay and the next poll tries again. */
  private tell(error: unknown): void {
    if (!this.failing) this.log('warn', 'new jobs wait until database and queue answer', { error: errorText(error) });
    this.failing = true;
  }
}
