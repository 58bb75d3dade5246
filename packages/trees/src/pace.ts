import type { StopRules } from './types.ts';

/** Asks, before every tree, whether a fit should end, and lets an abort arrive. Never changes a result by itself. */
export interface Pace {
  /** throws the signal's reason when the fit was aborted; true when the deadline has passed */
  isOver(): boolean;
  /** lets the event loop run now and then */
  breathe(): Promise<void>;
  nowMs(): number;
  /** Infinity without a deadline */
  leftMs(): number;
}

const breathEveryMs = 50;

export function createPace(rules: StopRules): Pace {
  const now = rules.now ?? (() => performance.now());
  const deadlineMs = rules.deadlineMs ?? Number.POSITIVE_INFINITY;
  let lastBreathMs = now();
  return {
    isOver() {
      rules.signal?.throwIfAborted();
      return now() >= deadlineMs;
    },
    async breathe() {
      const nowMs = now();
      if (nowMs - lastBreathMs < breathEveryMs) return;
      await new Promise<void>((resolve) => setImmediate(resolve));
      lastBreathMs = now();
      rules.signal?.throwIfAborted();
    },
    nowMs: now,
    leftMs: () => deadlineMs - now(),
  };
}
