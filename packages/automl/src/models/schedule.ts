import type { FitInput } from './types.ts';

export interface Schedule {
  /** the part of the schedule that is behind, 0 to 1, after one more step */
  advance(): number;
  /** steps that were left at every look at the clock, for a fit that repeats this one; undefined without a clock */
  decided(): { left: number[] } | undefined;
}

/** of the time to the deadline; the rest is for the last validation and what comes after the fit */
const timeShare = 0.92;
/** a look at the clock comes when the steps have grown by this factor: some forty looks in the longest of fits */
const lookEvery = 1.25;

/**
 * Stretches a schedule over as many steps as there is time for, `steps` at most, so that it is never cut. How many are
 * left is estimated from the pace now and then; between two looks the clock takes no part.
 */
export function createSchedule(input: Pick<FitInput, 'now' | 'deadlineMs' | 'decided'>, steps: number): Schedule {
  const startMs = input.now();
  // a fit that repeats another has no clock: what is not recorded was not decided by one
  const timeMs = input.decided ? Number.POSITIVE_INFINITY : timeShare * (input.deadlineMs - startMs);
  const recorded = input.decided?.left;
  const earlier = Array.isArray(recorded) ? recorded : null;
  const looks: number[] = [];
  let step = 0;
  let nextLook = 1;
  let progress = 0;
  let left = steps;

  function look(): void {
    const most = steps - step;
    const repeated = earlier?.[looks.length];
    if (repeated !== undefined) left = repeated;
    else if (!Number.isFinite(timeMs)) left = most;
    else {
      const spentMs = Math.max(1e-3, input.now() - startMs);
      left = Math.min(most, Math.max(0, Math.floor((timeMs - spentMs) / (spentMs / step))));
    }
    looks.push(left);
    nextLook = Math.max(step + 1, Math.ceil(step * lookEvery));
  }

  return {
    advance() {
      step++;
      left--;
      progress = left <= 0 ? 1 : progress + (1 - progress) / (left + 1);
      if (step !== nextLook) return progress;
      look();
      if (left === 0) progress = 1;
      return progress;
    },
    decided: () => (earlier || Number.isFinite(timeMs) ? { left: looks } : undefined),
  };
}
