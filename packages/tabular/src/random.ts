/** Reproducible random numbers. The same seed gives the same numbers on every machine and version of Laurel. */
export interface Random {
  /** an integer 0..2^32-1 */
  uint32(): number;
  /** uniform in [0, 1), 53 bits */
  next(): number;
  /** a uniform integer 0..bound-1 without modulo bias; bound 1..2^32 */
  int(bound: number): number;
  /** standard normal (Box and Muller 1958) */
  normal(): number;
  /** shuffles in place (Fisher and Yates) and returns the same array */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T;
}

/** xoshiro128** (Blackman and Vigna 2018), its state filled from the seed by splitmix32 as its authors advise. */
export function createRandom(seed: number): Random {
  const mix = splitmix32(seed);
  let a = mix();
  let b = mix();
  let c = mix();
  let d = mix() | 1; // the state must not be all zero

  function uint32(): number {
    const five = Math.imul(b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  }

  function next(): number {
    return ((uint32() >>> 5) * 67_108_864 + (uint32() >>> 6)) / 9_007_199_254_740_992;
  }

  function int(bound: number): number {
    if (!(bound >= 1 && bound <= 4_294_967_296)) throw new RangeError(`The bound must be 1 to 2^32, not ${bound}.`);
    const limit = 4_294_967_296 - (4_294_967_296 % bound);
    let drawn = uint32();
    while (drawn >= limit) drawn = uint32();
    return drawn % bound;
  }

  function normal(): number {
    return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  }

  function shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    const cells = items as unknown as { [index: number]: unknown };
    for (let i = items.length - 1; i > 0; i--) {
      const j = int(i + 1);
      const kept = cells[i];
      cells[i] = cells[j];
      cells[j] = kept;
    }
    return items;
  }

  return { uint32, next, int, normal, shuffle };
}

/**
 * A seed for one use, from the seed of the whole and the names of the use: `deriveSeed(plan.seed, 'fold', 3)`.
 * FNV-1a over seed and parts with a final mix, so that uses do not share a sequence. 0..2^32-1.
 */
export function deriveSeed(seed: number, ...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const part of parts) {
    const text = `${typeof part === 'number' ? '#' : '"'}${part}\u0000`;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return splitmix32(hash)();
}

/** splitmix32: a full-period generator of 2^32 values, used for seeding only. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}
