// Radix sort: six passes of 11 bits, lowest first, of which those where all numbers agree are left out.

const digits = 6;
const digitValues = 2048;

/**
 * Sorts `count` f64 (no NaN) in place, ascending, -0 before 0. `spare`: room for as many; `places`: 48 KB of working
 * room. Bits of the numbers are turned so that they sort as unsigned integers.
 */
export function sortNumbers(values: usize, count: i32, spare: usize, places: usize): void {
  memory.fill(places, 0, digits * digitValues * 4);
  const bytes = (<usize>count) << 3;
  for (let at = values, end = values + bytes; at < end; at += 8) {
    const bits = load<u64>(at);
    const key = bits ^ (<u64>(<i64>bits >> 63) | 0x8000000000000000);
    store<u64>(at, key);
    for (let digit = 0; digit < digits; digit++) {
      const place = placeOf(places, digit, key);
      store<i32>(place, load<i32>(place) + 1);
    }
  }
  let from = values;
  let to = spare;
  for (let digit = 0; digit < digits; digit++) {
    if (load<i32>(placeOf(places, digit, load<u64>(from))) == count) continue;
    countsToPlaces(places + ((<usize>(digit * digitValues)) << 2), to);
    for (let at = from, end = from + bytes; at < end; at += 8) {
      const key = load<u64>(at);
      const place = placeOf(places, digit, key);
      const target = <usize>load<u32>(place);
      store<u64>(target, key);
      store<u32>(place, <u32>target + 8);
    }
    const other = from;
    from = to;
    to = other;
  }
  for (let offset: usize = 0; offset < bytes; offset += 8) {
    const key = load<u64>(from + offset);
    store<u64>(values + offset, key ^ (((key >> 63) - 1) | 0x8000000000000000));
  }
}

/** Address of the counter of a number's digit. */
function placeOf(places: usize, digit: i32, key: u64): usize {
  return places + ((<usize>(digit * digitValues) + (<usize>(key >> <u64>(digit * 11)) & (digitValues - 1))) << 2);
}

/** Numbers of each digit become the address where the first of them goes. */
function countsToPlaces(counts: usize, start: usize): void {
  let next = <u32>start;
  for (let at = counts, end = counts + ((<usize>digitValues) << 2); at < end; at += 4) {
    const many = load<u32>(at);
    store<u32>(at, next);
    next += many << 3;
  }
}
