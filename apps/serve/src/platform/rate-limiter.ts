import type { RateLimiter } from '../ports.ts';

/** Token buckets in memory: `perSecond` on average, `burst` at once. A caller that is quiet for a minute is forgotten. */
export function createRateLimiter(
  options: { perSecond: number; burst: number },
  now: () => number = () => performance.now(),
): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let sweptAt = now();
  return {
    take(key) {
      const at = now();
      if (at - sweptAt > 60_000) {
        for (const [name, bucket] of buckets) if (at - bucket.at > 60_000) buckets.delete(name);
        sweptAt = at;
      }
      const bucket = buckets.get(key) ?? { tokens: options.burst, at };
      buckets.set(key, bucket);
      bucket.tokens = Math.min(options.burst, bucket.tokens + ((at - bucket.at) / 1000) * options.perSecond);
      bucket.at = at;
      if (bucket.tokens < 1) return (1 - bucket.tokens) / options.perSecond;
      bucket.tokens--;
      return 0;
    },
  };
}
