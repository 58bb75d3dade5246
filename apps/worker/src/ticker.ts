import type { Db } from '@laurel/db';
import { errorText, type Log } from './log.ts';
import { isPassing } from './persist.ts';
import { studyPort } from './study-port.ts';

const everyMs = 1000;
const rememberedMs = 60_000;

/**
 * Gives the studies that this worker has to do with the time, once a second: the end of a budget and a person's
 * `finish` come between trials. An experiment is forgotten a minute after the last sign of it; the reconciler ticks too.
 */
export class Ticker {
  private readonly db: Db;
  private readonly log: Log;
  private readonly seenAt = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;

  constructor(db: Db, log: Log) {
    this.db = db;
    this.log = log;
  }

  /** called whenever something of the experiment happens here */
  touch(experimentId: string): void {
    this.seenAt.set(experimentId, performance.now());
    this.timer ??= setInterval(() => {
      this.running ??= this.tick().finally(() => {
        this.running = null;
      });
    }, everyMs);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.running;
  }

  private async tick(): Promise<void> {
    for (const [experimentId, seenAt] of this.seenAt) {
      if (performance.now() - seenAt > rememberedMs) {
        this.seenAt.delete(experimentId);
        continue;
      }
      try {
        await this.db.internal.stepStudy(experimentId, 'tick', studyPort);
      } catch (error) {
        if (!isPassing(error)) this.log('error', 'a tick of a study failed', { experimentId, error: errorText(error) });
      }
    }
  }
}
