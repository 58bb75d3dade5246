/** Wakes streams of an experiment when the database says that something was committed for it. */
export interface EventHub {
  /** Notifications for `experimentId` are remembered from now on, until `close`. */
  watch(experimentId: string): EventWatch;
}

export interface EventWatch {
  /**
   * Resolves when a notification came since the last call, after `timeoutMs`, or when `signal` aborts, whichever is
   * first. It is a hint only: whoever waits reads the event log by its cursor afterwards.
   */
  next(timeoutMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

interface Watch {
  /** a notification came that nobody waited for: between reading the log and waiting */
  noticed: boolean;
  resume: (() => void) | null;
}

/** `listen` starts to listen and calls back with the notification's payload, an experiment's id. */
export function createEventHub(listen: (wake: (payload: string) => void) => Promise<unknown>): EventHub {
  const watches = new Map<string, Set<Watch>>();
  let listening = false;

  const wake = (payload: string) => {
    for (const watch of watches.get(payload) ?? []) {
      if (watch.resume) watch.resume();
      else watch.noticed = true;
    }
  };
  const start = () => {
    if (listening) return;
    listening = true;
    listen(wake).catch(() => {
      listening = false; // the poll of each stream goes on alone, and the next wait tries again
    });
  };

  return {
    watch(experimentId) {
      const watch: Watch = { noticed: false, resume: null };
      const all = watches.get(experimentId) ?? new Set();
      watches.set(experimentId, all.add(watch));
      start();
      return {
        next(timeoutMs, signal) {
          start();
          if (watch.noticed || signal.aborted) {
            watch.noticed = false;
            return Promise.resolve();
          }
          return new Promise((resolve) => {
            const resume = () => {
              clearTimeout(timer);
              signal.removeEventListener('abort', resume);
              watch.resume = null;
              resolve();
            };
            const timer = setTimeout(resume, timeoutMs);
            watch.resume = resume;
            signal.addEventListener('abort', resume, { once: true });
          });
        },
        close() {
          all.delete(watch);
          if (all.size === 0 && watches.get(experimentId) === all) watches.delete(experimentId);
        },
      };
    },
  };
}
