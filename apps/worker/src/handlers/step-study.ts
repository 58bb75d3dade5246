import type { Handler } from '@laurel/queue';
import type { Resources } from '../resources.ts';
import { studyPort } from '../study-port.ts';

/** Tells a study what people have asked for: pause, resume, extend, finish. From then on this worker ticks it. */
export function stepStudy({ db, ticker, relay }: Resources): Handler<'step-study'> {
  return async ({ experimentId }) => {
    await db.internal.stepStudy(experimentId, 'tick', studyPort);
    ticker.touch(experimentId);
    relay.kick();
  };
}
