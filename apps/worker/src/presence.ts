import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Db } from '@laurel/db';
import type { EngineProtocol, Pool } from '@laurel/pool';
import { errorText, type Log } from './log.ts';
import { isPassing } from './persist.ts';
import { isAlive } from './scratch.ts';
import { studyPort } from './study-port.ts';

const everyMs = 5000;

/** Names this start of this process: a restarted container has the host and the pid of the one before. */
export function newWorkerId(): string {
  return `${hostname()}/${process.pid}/${randomBytes(4).toString('hex')}`;
}

/** What a trial's row says of where it runs: the worker and its slot. */
export function slotName(workerId: string, slot: number): string {
  return `${workerId}#${slot}`;
}

/** Tells the database every five seconds that this worker lives and how busy it is. Answers how to leave. */
export function announce(
  db: Db,
  worker: { id: string; slots: number },
  trials: Pool<EngineProtocol>,
  log: Log,
): () => Promise<void> {
  const say = () => {
    const { id, slots } = worker;
    db.internal
      .workerSeen({ id, host: hostname(), pid: process.pid, slots, busy: trials.status().busy })
      .catch((error: unknown) => {
        if (!isPassing(error))
          log('error', 'the presence of the worker could not be told', { error: errorText(error) });
      });
  };
  say();
  const timer = setInterval(say, everyMs);
  return async () => {
    clearInterval(timer);
    try {
      await db.internal.workersGone([worker.id]);
    } catch (error) {
      if (!isPassing(error)) throw error; // its silence tells the same in 30 s
    }
  };
}

/**
 * Gives back at once what workers of this host held when they died, instead of waiting until their silence is long
 * enough. Called when a worker starts; another host's trials are the reconciler's.
 */
export async function releaseOfDeadWorkers(db: Db, log: Log): Promise<void> {
  const host = `${hostname()}/`;
  // what died cannot work: the next experiment must not be planned for its slots
  const here = (await db.internal.liveWorkers()).filter((worker) => worker.host === hostname());
  await db.internal.workersGone(here.filter(({ pid }) => pid === process.pid || !isAlive(pid)).map(({ id }) => id));
  const isDead = (worker: string) => {
    const pid = Number(worker.slice(host.length).split('/')[0]);
    return pid === process.pid || !isAlive(pid);
  };
  for (const held of await db.internal.heldPreparations(host)) {
    if (!isDead(held.worker)) continue;
    log('warn', 'what a worker that died was preparing is given back', { ...held });
    await db.internal.releasePreparation(held);
  }
  for (const { trialId, attemptId, worker } of await db.internal.heldTrials(host)) {
    if (!isDead(worker)) continue;
    log('warn', 'a trial of a worker that died is given back', { trialId, worker });
    const failure = { kind: 'crash' as const, message: 'The worker that ran it died.' };
    await db.internal.releaseTrial(trialId, attemptId, failure, studyPort);
  }
}
