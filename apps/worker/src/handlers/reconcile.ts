import type { Handler } from '@laurel/queue';
import type { Resources } from '../resources.ts';
import { studyPort } from '../study-port.ts';

/** A trial without a sign of life for so long has lost its worker. */
const staleAfterMs = 15_000;
const leftoverMs = 10 * 60_000;
const untouchedMs = 60 * 60_000;

/** Finds what was lost and nobody told of: trials without a heartbeat, work without a job, half-written files. */
export function reconcile(resources: Resources): Handler<'reconcile'> {
  let running: Promise<void> | null = null;
  return () => {
    running ??= reconcileOnce(resources).finally(() => {
      running = null;
    });
    return running;
  };
}

async function reconcileOnce({ db, storage, artifacts, relay, log }: Resources): Promise<void> {
  const { requeued, ticked } = await db.internal.reconcile({ staleAfterMs }, studyPort);
  if (requeued > 0) log('warn', 'work that was lost was put back into the queue', { requeued, ticked });
  relay.kick();
  await storage.removeLeftovers(leftoverMs);
  await artifacts.dropUntouched(untouchedMs);
}
