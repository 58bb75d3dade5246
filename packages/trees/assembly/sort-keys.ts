/** Sorts up to 256 numbers (i32) by their keys (f64), equal keys by number: Shell's method, on both arrays alike. */
export function sortKeys(keys: usize, numbers: usize, count: i32): void {
  let gap = 1;
  while (gap < count / 3) gap = 3 * gap + 1;
  for (; gap > 0; gap /= 3) {
    for (let i = gap; i < count; i++) {
      const key = load<f64>(keys + ((<usize>i) << 3));
      const number = load<i32>(numbers + ((<usize>i) << 2));
      let j = i;
      while (j >= gap) {
        const before = load<f64>(keys + ((<usize>(j - gap)) << 3));
        const beforeNumber = load<i32>(numbers + ((<usize>(j - gap)) << 2));
        if (before < key || (before == key && beforeNumber < number)) break;
        store<f64>(keys + ((<usize>j) << 3), before);
        store<i32>(numbers + ((<usize>j) << 2), beforeNumber);
        j -= gap;
      }
      store<f64>(keys + ((<usize>j) << 3), key);
      store<i32>(numbers + ((<usize>j) << 2), number);
    }
  }
}
