import { AppError } from '@laurel/contracts';
import { errorText, type Log } from './log.ts';

const pauseMs = 1000;

/**
 * Waits until a server that the worker needs is there: it may be starting too. What will not pass by waiting (a Redis
 * that would throw jobs away) is thrown, and ends the worker with the message that says what to change.
 */
export async function untilReady(what: string, check: () => Promise<void>, log: Log): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await check();
      return;
    } catch (error) {
      if (error instanceof AppError && error.details.setting !== undefined) throw error;
      if (tries % 30 === 0) log('warn', `waiting for ${what}`, { error: errorText(error) });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
