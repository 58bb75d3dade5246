import { createRandom, deriveSeed, findColumn, isNumeric, type Table } from '@laurel/tabular';
import { tensorOf } from '../../models/states.ts';
import type { Transformer } from './types.ts';

const mostRows = 5000;
const mostColumns = 100;
/** Rows that are scaled at a time, so that no second table is made. */
const rowsAtOnce = 4096;
const rounds = 15;
/** A value further from the median is brought back to this many quartile distances, so that no single one makes a cluster. */
const furthest = 4;

interface Scaled {
  names: string[];
  center: number[];
  scale: number[];
}

/** Distances to the centres of k-means clusters of the numbers (Lloyd 1982; seeds of Arthur and Vassilvitskii 2007). */
export const clusters: Transformer = {
  id: 'clusters',
  fit({ table, rows, config, seed }) {
    const wanted = Number(config.clusters) || 0;
    const scaled = wanted > 0 ? fitScale(table, rows) : null;
    if (!scaled || scaled.names.length < 2 || rows.length < 4 * wanted) return [];
    const random = createRandom(deriveSeed(seed, 'clusters'));
    const sample = random.shuffle(rows.slice()).slice(0, mostRows);
    const points = pointsOf(scaled, table, sample);
    const centers = kMeans(points, scaled.names.length, wanted, random.next);
    return [
      {
        features: Array.from({ length: wanted }, (_, k) => ({
          name: `distance to cluster ${k + 1}`,
          from: [...scaled.names],
          how: 'distance to the centre of a group of similar rows',
        })),
        state: { header: scaled, tensors: { centers } },
      },
    ];
  },
  prepare(state) {
    const scaled = state.header as Scaled;
    const centers = tensorOf(state, 'centers', Float64Array);
    const width = scaled.names.length;
    return (table) => {
      const distances = Array.from({ length: centers.length / width }, () => new Float64Array(table.rows));
      for (let from = 0; from < table.rows; from += rowsAtOnce) {
        const count = Math.min(rowsAtOnce, table.rows - from);
        const points = pointsOf(
          scaled,
          table,
          Int32Array.from({ length: count }, (_, i) => from + i),
        );
        for (const [k, own] of distances.entries()) {
          for (let i = 0; i < count; i++) own[from + i] = Math.sqrt(squaredDistance(points, i, centers, k, width));
        }
      }
      return distances;
    };
  },
};

function fitScale(table: Table, rows: Int32Array): Scaled {
  const result: Scaled = { names: [], center: [], scale: [] };
  for (const column of table.columns) {
    if (!isNumeric(column) || column.type !== 'numeric' || result.names.length >= mostColumns) continue;
    const sorted = Float64Array.from(rows, (row) => column.values[row]!)
      .filter(Number.isFinite)
      .sort();
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const scale = at(0.75) - at(0.25) || (at(1) - at(0)) / 4;
    if (!(scale > 0)) continue;
    result.names.push(column.name);
    result.center.push(at(0.5));
    result.scale.push(scale);
  }
  return result;
}

/** rows x columns, scaled; a missing value is at the median. */
function pointsOf({ names, center, scale }: Scaled, table: Table, rows: Int32Array): Float64Array {
  const points = new Float64Array(rows.length * names.length);
  names.forEach((name, c) => {
    const column = findColumn(table, name);
    if (!column || !isNumeric(column))
      throw new Error(`The column "${name}" that the model was fitted on holds no numbers.`);
    for (let i = 0; i < rows.length; i++) {
      const value = (column.values[rows[i]!]! - center[c]!) / scale[c]!;
      points[i * names.length + c] = Number.isNaN(value) ? 0 : Math.min(furthest, Math.max(-furthest, value));
    }
  });
  return points;
}

function kMeans(points: Float64Array, width: number, wanted: number, next: () => number): Float64Array {
  const count = points.length / width;
  const centers = new Float64Array(wanted * width);
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let chosen = Math.floor(next() * count);
  for (let k = 0; k < wanted; k++) {
    centers.set(points.subarray(chosen * width, (chosen + 1) * width), k * width);
    let total = 0;
    for (let i = 0; i < count; i++) {
      nearest[i] = Math.min(nearest[i]!, squaredDistance(points, i, centers, k, width));
      total += nearest[i]!;
    }
    let left = next() * total;
    chosen = 0;
    while (chosen < count - 1 && left >= nearest[chosen]!) left -= nearest[chosen++]!;
  }
  for (let round = 0; round < rounds; round++) if (!moveCenters(points, width, centers)) break;
  return centers;
}

/** One step of Lloyd: every centre to the mean of its points; one without points stays. False when none has moved. */
function moveCenters(points: Float64Array, width: number, centers: Float64Array): boolean {
  const wanted = centers.length / width;
  const sums = new Float64Array(centers.length);
  const counts = new Int32Array(wanted);
  for (let i = 0; i < points.length / width; i++) {
    let best = 0;
    let distance = Number.POSITIVE_INFINITY;
    for (let k = 0; k < wanted; k++) {
      const own = squaredDistance(points, i, centers, k, width);
      if (own < distance) [best, distance] = [k, own];
    }
    counts[best]!++;
    for (let c = 0; c < width; c++) sums[best * width + c]! += points[i * width + c]!;
  }
  let moved = false;
  for (let at = 0; at < centers.length; at++) {
    const count = counts[Math.floor(at / width)]!;
    if (count === 0 || centers[at] === sums[at]! / count) continue;
    centers[at] = sums[at]! / count;
    moved = true;
  }
  return moved;
}

function squaredDistance(points: Float64Array, i: number, centers: Float64Array, k: number, width: number): number {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += (points[i * width + c]! - centers[k * width + c]!) ** 2;
  return sum;
}
