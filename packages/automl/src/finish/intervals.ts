import { argsort } from '@laurel/evaluation';

/** Out-of-fold residuals by size of the prediction: what intervals are read from. */
export interface ResidualTable {
  /** where one group of predictions ends and the next begins, ascending; one less than the groups */
  edges: number[];
  /** per group: its rows, and residuals (actual minus predicted) of evenly spaced ranks, ascending, both ends included */
  groups: { rows: number; quantiles: number[] }[];
}

const usualRowsPerGroup = 200;
const mostGroups = 5;
/** Residuals kept of a group; ranks between them are rounded outwards. */
const keptRanks = 201;
/** Below this many rows even the outermost residuals say too little. */
export const leastIntervalRows = 20;
export const defaultLevel = 0.9;

/**
 * The residuals of cross-validated predictions, in up to five groups of predictions of the same size, so that
 * intervals are wide where errors are (Mondrian conformal prediction, Vovk et al. 2005; CV+ without refits, Barber et al. 2021).
 * null below 20 rows.
 * @param grouping what rows are grouped by instead of the prediction, and how many make a group
 */
export function residualTable(
  target: ArrayLike<number>,
  predictions: ArrayLike<number>,
  grouping: { by?: ArrayLike<number>; rowsPerGroup?: number } = {},
): ResidualTable | null {
  const { by = predictions, rowsPerGroup = usualRowsPerGroup } = grouping;
  const rows = target.length;
  if (rows < leastIntervalRows) return null;
  const groups = Math.max(1, Math.min(mostGroups, Math.floor(rows / rowsPerGroup)));
  const order = argsort(by);
  const edges: number[] = [];
  for (let g = 1; g < groups; g++) {
    const edge = by[order[Math.floor((g * rows) / groups)]!]!;
    if (edge > (edges.at(-1) ?? by[order[0]!]!)) edges.push(edge);
  }
  const members: number[][] = Array.from({ length: edges.length + 1 }, () => []);
  for (const row of order) members[groupOf(edges, by[row]!)]!.push(target[row]! - predictions[row]!);
  return { edges, groups: members.map(quantilesOf) };
}

function quantilesOf(residuals: number[]): ResidualTable['groups'][number] {
  const sorted = residuals.sort((a, b) => a - b);
  const kept = Math.min(keptRanks, sorted.length);
  const quantiles = Array.from({ length: kept }, (_, i) => sorted[rankOf(i, kept, sorted.length)]!);
  return { rows: sorted.length, quantiles };
}

function rankOf(index: number, kept: number, rows: number): number {
  return kept === 1 ? 0 : Math.round((index * (rows - 1)) / (kept - 1));
}

/**
 * Intervals around predictions that hold the actual value in `level` of cases: rows x 2, lower and upper end. Ends are
 * the order statistics that a conformal interval takes of each side; where the rows are too few, the outermost residual.
 */
export function intervalsAround(
  table: ResidualTable,
  predictions: ArrayLike<number>,
  level: number,
  by: ArrayLike<number> = predictions,
): Float64Array {
  const reach = table.groups.map((group) => endsOf(group, level));
  const result = new Float64Array(predictions.length * 2);
  for (let row = 0; row < predictions.length; row++) {
    const value = predictions[row]!;
    const [low, high] = reach[groupOf(table.edges, by[row]!)]!;
    // an interval around a prediction holds it, also where every error was on one side
    result[row * 2] = value + Math.min(0, low);
    result[row * 2 + 1] = value + Math.max(0, high);
  }
  return result;
}

function endsOf({ rows, quantiles }: ResidualTable['groups'][number], level: number): [number, number] {
  if (rows === 0) return [0, 0];
  const outside = ((1 - level) / 2) * (rows + 1);
  const lowRank = Math.max(0, Math.floor(outside) - 1);
  const highRank = Math.min(rows - 1, Math.ceil(rows + 1 - outside) - 1);
  const kept = quantiles.length;
  const step = kept === 1 ? 1 : (rows - 1) / (kept - 1);
  return [quantiles[Math.floor(lowRank / step)]!, quantiles[Math.min(kept - 1, Math.ceil(highRank / step))]!];
}

function groupOf(edges: readonly number[], value: number): number {
  let group = 0;
  while (group < edges.length && value >= edges[group]!) group++;
  return group;
}
