export interface Pace {
  /** throws the signal's reason when the fit was aborted; true when the deadline has passed */
  isOver(): boolean;
  /** lets the event loop run now and then, so that an abort can arrive; never changes a result */
  breathe(): Promise<void>;
}

const breathEveryMs = 50;

export function createPace(input: { deadlineMs: number; now: () => number; signal?: AbortSignal }): Pace {
  let lastBreathMs = input.now();
  return {
    isOver() {
      input.signal?.throwIfAborted();
      return input.now() >= input.deadlineMs;
    },
    async breathe() {
      const nowMs = input.now();
      if (nowMs - lastBreathMs < breathEveryMs) return;
      await new Promise<void>((resolve) => setImmediate(resolve));
      lastBreathMs = input.now();
      input.signal?.throwIfAborted();
    },
  };
}
