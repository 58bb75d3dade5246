import type { FoldFit } from '@laurel/contracts';

export interface TimeShares {
  /** a question that is true once this share of the cap has passed */
  until(share: number): () => boolean;
  /** what the clock cut short, in the form of a fit's record; empty where it took no part */
  fits(cost: { rows: number; iterations: number }): FoldFit[];
}

/**
 * Divides the cap of an ensemble among its steps. It counts the looks of every step at the clock, so that a run that was
 * cut can be repeated from the counts alone: `repeated` is what `fits` gave then.
 */
export function createTimeShares(input: {
  now: () => number;
  capMs: number;
  repeated: readonly Pick<FoldFit, 'decided'>[] | undefined;
}): TimeShares {
  const { now, capMs, repeated } = input;
  const startMs = now();
  const recorded = repeated?.[0]?.decided?.overAt;
  const earlier = Array.isArray(recorded) ? recorded : [];
  // per step the look at which its time was over; 0 while it is not
  const overAt: number[] = [];
  return {
    until(share) {
      const step = overAt.push(0) - 1;
      let looks = 0;
      return () => {
        looks++;
        const isOver = repeated ? looks === earlier[step] : now() > startMs + capMs * share;
        if (isOver && overAt[step] === 0) overAt[step] = looks;
        return overAt[step] !== 0;
      };
    },
    fits: ({ rows, iterations }) => {
      if (overAt.every((look) => look === 0)) return [];
      const seconds = (now() - startMs) / 1000;
      return [{ repeat: 0, fold: 0, rows, iterations, seconds, truncated: true, decided: { overAt } }];
    },
  };
}
