/** Wakes streams of an experiment when the database says that something was committed for it. */
export interface EventHub {
  /**
   * Resolves at the next notification for `experimentId`, after `timeoutMs`, or when `signal` aborts, whichever is
   * first. It is a hint only: whoever waits reads the event log by its cursor afterwards.
   */
  next(experimentId: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

/** `listen` starts to listen and calls back with the notification's payload (an experiment's id, or anything). */
export function createEventHub(listen: (wake: (payload: string) => void) => Promise<unknown>): EventHub {
  const waiting = new Map<string, Set<() => void>>();
  let listening: Promise<unknown> | null = null;

  const wake = (payload: string) => {
    const woken = waiting.get(payload);
    if (woken) for (const resume of [...woken]) resume();
  };
  const start = () => {
    listening ??= listen(wake).catch(() => {
      listening = null; // the poll of each stream goes on alone, and the next one tries again
    });
  };

  return {
    next(experimentId, timeoutMs, signal) {
      start();
      return new Promise<void>((resolve) => {
        const woken = waiting.get(experimentId) ?? new Set();
        waiting.set(experimentId, woken);
        const resume = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', resume);
          woken.delete(resume);
          if (woken.size === 0 && waiting.get(experimentId) === woken) waiting.delete(experimentId);
          resolve();
        };
        const timer = setTimeout(resume, timeoutMs);
        woken.add(resume);
        if (signal.aborted) resume();
        else signal.addEventListener('abort', resume, { once: true });
      });
    },
  };
}
