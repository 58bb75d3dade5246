/** Rows in single precision, row-major. */
export interface Points {
  rows: number;
  width: number;
  values: Float32Array;
}

export type Power = 1 | 1.5 | 2;

/** The nearest of some points to one query: indexes and sums of |difference|^p, the nearest first, ties by index. */
export interface Nearest {
  find(query: Float32Array, at: number, count: number): { indexes: Int32Array; sums: Float64Array; found: number };
}

/** Columns after which a sum is compared with the worst of the nearest so far. */
const chunk = 8;

/**
 * Exact search with early ends. Points are sorted by the column that varies most; a query starts at its own place there
 * and goes outwards on both sides until the gap in that column alone is larger than the farthest neighbour; a sum ends
 * as soon as it is larger. Columns come in the order of their variance, so that it ends soon.
 */
export function createNearest(points: Points, power: Power): Nearest {
  const { rows, width } = points;
  const columns = byVariance(points);
  const first = columns[0] ?? 0;
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  const key = (row: number) => points.values[row * width + first] ?? 0;
  order.sort((a, b) => key(a) - key(b) || a - b);
  const values = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) values[i * width + j] = points.values[order[i]! * width + columns[j]!]!;
  }
  const own = new Float32Array(width);

  function sumUpTo(place: number, limit: number): number {
    let sum = 0;
    const at = place * width;
    for (let from = 0; from < width; from += chunk) {
      const to = Math.min(width, from + chunk);
      sum += partOf(values, at, own, from, to, power);
      if (sum > limit) return Number.POSITIVE_INFINITY;
    }
    return sum;
  }

  return {
    find(query, at, count) {
      for (let j = 0; j < width; j++) own[j] = query[at + columns[j]!]!;
      const nearest = createHeap(Math.min(count, rows), order);
      if (width === 0) {
        for (let place = 0; place < rows; place++) nearest.offer(place, 0);
        return nearest.sorted();
      }
      let above = lowerBound(values, width, rows, own[0]!);
      let below = above - 1;
      while (above < rows || below >= 0) {
        const up = above < rows ? values[above * width]! - own[0]! : Number.POSITIVE_INFINITY;
        const down = below >= 0 ? own[0]! - values[below * width]! : Number.POSITIVE_INFINITY;
        if (raised(Math.min(up, down), power) > nearest.limit()) break;
        const place = up <= down ? above++ : below--;
        const sum = sumUpTo(place, nearest.limit());
        if (sum <= nearest.limit()) nearest.offer(place, sum);
      }
      return nearest.sorted();
    },
  };
}

function partOf(values: Float32Array, at: number, own: Float32Array, from: number, to: number, power: Power): number {
  let sum = 0;
  if (power === 2) {
    for (let j = from; j < to; j++) {
      const gap = values[at + j]! - own[j]!;
      sum += gap * gap;
    }
    return sum;
  }
  for (let j = from; j < to; j++) {
    const gap = Math.abs(values[at + j]! - own[j]!);
    sum += power === 1 ? gap : gap * Math.sqrt(gap);
  }
  return sum;
}

function raised(gap: number, power: Power): number {
  return power === 2 ? gap * gap : power === 1 ? gap : gap * Math.sqrt(gap);
}

/** Columns, those that vary most first; ties by place. */
function byVariance({ rows, width, values }: Points): Int32Array {
  const means = new Float64Array(width);
  const variances = new Float64Array(width);
  for (let i = 0; i < rows * width; i++) means[i % width]! += values[i]! / Math.max(1, rows);
  for (let i = 0; i < rows * width; i++) variances[i % width]! += (values[i]! - means[i % width]!) ** 2;
  return Int32Array.from({ length: width }, (_, j) => j).sort((a, b) => variances[b]! - variances[a]! || a - b);
}

/** The first row whose first column is not below the value. */
function lowerBound(values: Float32Array, width: number, rows: number, value: number): number {
  let low = 0;
  let high = rows;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle * width]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The `count` smallest sums, the worst on top; of equal sums the lower index is better. */
function createHeap(count: number, order: Int32Array) {
  const indexes = new Int32Array(count);
  const sums = new Float64Array(count);
  let size = 0;
  const isWorse = (a: number, b: number) => sums[a]! > sums[b]! || (sums[a] === sums[b] && indexes[a]! > indexes[b]!);
  const swap = (a: number, b: number) => {
    [sums[a], sums[b]] = [sums[b]!, sums[a]!];
    [indexes[a], indexes[b]] = [indexes[b]!, indexes[a]!];
  };
  function sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      let worst = at;
      if (left < size && isWorse(left, worst)) worst = left;
      if (left + 1 < size && isWorse(left + 1, worst)) worst = left + 1;
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  }
  return {
    limit: () => (size < count ? Number.POSITIVE_INFINITY : sums[0]!),
    offer(place: number, sum: number): void {
      const index = order[place]!;
      if (size < count) {
        sums[size] = sum;
        indexes[size] = index;
        for (let at = size++; at > 0 && isWorse(at, (at - 1) >> 1); at = (at - 1) >> 1) swap(at, (at - 1) >> 1);
        return;
      }
      if (sum > sums[0]! || (sum === sums[0] && index > indexes[0]!)) return;
      sums[0] = sum;
      indexes[0] = index;
      sink();
    },
    sorted() {
      const places = Array.from({ length: size }, (_, i) => i).sort((a, b) => (isWorse(a, b) ? 1 : -1));
      return {
        indexes: Int32Array.from(places, (place) => indexes[place]!),
        sums: Float64Array.from(places, (place) => sums[place]!),
        found: size,
      };
    },
  };
}
