// xoshiro128** (Blackman and Vigna 2018), one generator per thing that is sampled: the state is four words in memory.

/** Fills the state from a seed by splitmix64. */
export function seedRandom(state: usize, seed: u64): void {
  for (let i = 0; i < 2; i++) {
    seed += 0x9e3779b97f4a7c15;
    let z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    store<u64>(state + ((<usize>i) << 3), z ^ (z >> 31));
  }
}

export function randomU32(state: usize): u32 {
  const s1 = load<u32>(state, 4);
  const result = rotl<u32>(s1 * 5, 7) * 9;
  const s2 = load<u32>(state, 8) ^ load<u32>(state);
  const s3 = load<u32>(state, 12) ^ s1;
  store<u32>(state, s1 ^ s2, 4);
  store<u32>(state, load<u32>(state) ^ s3);
  store<u32>(state, s2 ^ (s1 << 9), 8);
  store<u32>(state, rotl<u32>(s3, 11), 12);
  return result;
}

/** Whole number in 0..limit-1; the bias is below limit / 2^32. */
export function randomBelow(state: usize, limit: u32): u32 {
  return <u32>((<u64>randomU32(state) * <u64>limit) >> 32);
}

/** Number in [0, 1), 32 bits fine. */
export function randomUnit(state: usize): f64 {
  return <f64>randomU32(state) * 2.3283064365386963e-10;
}
