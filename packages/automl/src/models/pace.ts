import type { ClockDecisions } from '@laurel/contracts';

export interface Pace {
  /** throws the signal's reason when the fit was aborted; true when the deadline has passed */
  isOver(): boolean;
  /** lets the event loop run now and then, so that an abort can arrive; never changes a result */
  breathe(): Promise<void>;
  /** at which look the time was over, for a fit that repeats this one; undefined while it is not */
  decided(): { looks: number } | undefined;
}

const breathEveryMs = 50;

/** Looks at the clock for a fit; or, with the decisions of an earlier fit, at its own count of looks alone. */
export function createPace(input: {
  deadlineMs: number;
  now: () => number;
  signal?: AbortSignal;
  decided?: ClockDecisions;
}): Pace {
  const { decided } = input;
  let lastBreathMs = input.now();
  let looks = 0;
  let overAt: number | null = null;
  const isOver = () => {
    if (decided) return typeof decided.looks === 'number' && looks >= decided.looks;
    return input.now() >= input.deadlineMs;
  };
  return {
    isOver() {
      input.signal?.throwIfAborted();
      looks++;
      if (overAt === null && isOver()) overAt = looks;
      return overAt !== null;
    },
    async breathe() {
      const nowMs = input.now();
      if (nowMs - lastBreathMs < breathEveryMs) return;
      await new Promise<void>((resolve) => setImmediate(resolve));
      lastBreathMs = input.now();
      input.signal?.throwIfAborted();
    },
    decided: () => (overAt === null ? undefined : { looks: overAt }),
  };
}
