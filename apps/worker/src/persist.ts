import { AppError } from '@laurel/contracts';
import { errorText, type Log } from './log.ts';

const firstDelayMs = 200;
const longestDelayMs = 5000;
const limitMs = 10 * 60_000;

/**
 * Repeats work on the database or the store until it is done, with growing pauses, for ten minutes: a restart of
 * either must not cost a result that took hours. What cannot succeed later is thrown at once.
 */
export async function persist<T>(what: string, log: Log, work: () => Promise<T>): Promise<T> {
  const endsAt = performance.now() + limitMs;
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || performance.now() > endsAt) throw error;
      log('warn', `${what} did not work and is tried again`, { inMs: delayMs, error: errorText(error) });
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

/** A lost connection and a store that is away pass by themselves; a full disk and a refused value do not. */
export function isPassing(error: unknown): boolean {
  return error instanceof AppError && error.code === 'STORAGE_UNAVAILABLE';
}
