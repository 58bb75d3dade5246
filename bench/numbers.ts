/** Quantile by linear interpolation; `q` 0 to 1. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** Asks every `everyMs` until there is an answer. @throws after `limitMs`, with what was waited for */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null>,
  { everyMs, limitMs }: { everyMs: number; limitMs: number },
): Promise<T> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== null) return answer;
    await sleep(everyMs);
  }
  throw new Error(`${what} did not come within ${limitMs / 1000} s`);
}

/** Whole numbers below `limit`, drawn from a seed (Lehmer's generator of Park and Miller 1988): enough for a bootstrap. */
export function createDraws(seed: number): (limit: number) => number {
  let state = (seed % 2147483646) + 1;
  return (limit) => {
    state = (state * 48271) % 2147483647;
    return Math.floor((state / 2147483647) * limit);
  };
}

/** The latest that a run of a budget may be ready, both in seconds. */
export const latestSeconds = (budget: number): number => 1.02 * budget + 3;
