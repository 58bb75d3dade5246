import { argsort } from '@laurel/evaluation';

/** A rising line through knots: probability as predicted -> as calibrated. Constant beyond both ends. */
export interface IsotonicLine {
  from: number[];
  to: number[];
}

/**
 * Isotonic regression of 0/1 on predicted probabilities by pooling adjacent violators (Zadrozny and Elkan 2002). A pool
 * is drawn towards the share of ones by the weight of one row, so that none is 0 or 1; between the pools' means the
 * line is straight, so that rows keep their order.
 */
export function fitIsotonic(positive: Uint8Array, scores: Float64Array, weights?: Float64Array): IsotonicLine {
  const order = argsort(scores);
  const pools: { weight: number; ones: number; scores: number }[] = [];
  let [allOnes, all] = [0, 0];
  for (const row of order) {
    const weight = weights ? weights[row]! : 1;
    if (weight <= 0) continue;
    const ones = positive[row] === 1 ? weight : 0;
    allOnes += ones;
    all += weight;
    pools.push({ weight, ones, scores: weight * scores[row]! });
    while (pools.length > 1 && violates(pools.at(-2)!, pools.at(-1)!)) {
      const last = pools.pop()!;
      const before = pools.at(-1)!;
      before.weight += last.weight;
      before.ones += last.ones;
      before.scores += last.scores;
    }
  }
  const share = all > 0 ? allOnes / all : 0.5;
  const from: number[] = [];
  const to: number[] = [];
  for (const pool of pools) {
    const value = (pool.ones + share) / (pool.weight + 1);
    from.push(pool.scores / pool.weight);
    to.push(Math.max(value, to.at(-1) ?? 0));
  }
  return { from, to };
}

function violates(before: Pool, last: Pool): boolean {
  // equal scores belong together as well
  return (
    before.ones * last.weight >= last.ones * before.weight || before.scores / before.weight >= last.scores / last.weight
  );
}
type Pool = { weight: number; ones: number; scores: number };

export function applyIsotonic({ from, to }: IsotonicLine, score: number): number {
  const last = from.length - 1;
  if (last < 0) return score;
  if (score <= from[0]!) return to[0]!;
  if (score >= from[last]!) return to[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle]! <= score) low = middle;
    else high = middle;
  }
  const width = from[high]! - from[low]!;
  return to[low]! + (width > 0 ? ((score - from[low]!) / width) * (to[high]! - to[low]!) : 0);
}
