/** Factors over a training that goes from 0 to 1. */
export const schedules = { coslog4, flatCosine } as const;
export type ScheduleName = keyof typeof schedules;

/** RealMLP's coslog4: four waves of growing length, from 0 at t = 0 to 0 at t = 1. */
function coslog4(t: number): number {
  return 0.5 * (1 - Math.cos(2 * Math.PI * Math.log2(1 + 15 * t)));
}

/** Constant for the first half, then a cosine to 0. */
function flatCosine(t: number): number {
  return t < 0.5 ? 1 : 0.5 * (1 + Math.cos(Math.PI * (2 * t - 1)));
}
