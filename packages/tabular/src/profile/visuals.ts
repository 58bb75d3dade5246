import type { ChartSpec, ColumnProfile } from '@laurel/contracts';
import { findColumn, isNumeric, type Table } from '../table.ts';
import { type Correlations, sampledRows } from './correlations.ts';

const shownColumns = 20;
const scatterPoints = 500;

/** A few plots that say most about a table: missing values, correlations, the strongest pair, and distributions. */
export function tableVisuals(
  table: Table,
  columns: readonly ColumnProfile[],
  correlations: Correlations | null,
  setAside: ReadonlySet<string>,
): ChartSpec[] {
  const shown = columns.filter((column) => !setAside.has(column.name) && column.distinct > 1);
  const numeric = shown.filter((column) => column.type === 'numeric' && column.histogram).slice(0, 4);
  const dates = shown.filter((column) => column.type === 'datetime' && column.histogram).slice(0, 1);
  const coded = shown.filter((column) => column.type === 'categorical' || column.type === 'boolean').slice(0, 4);
  const charts = [
    missingChart(columns, table.rows),
    correlationChart(correlations),
    scatterChart(table, correlations, setAside),
    ...dates.map(histogramChart),
    ...numeric.map(histogramChart),
    ...coded.map(levelsChart),
  ];
  return charts.filter((chart) => chart !== null);
}

const axis = (label: string, kind: 'number' | 'category' | 'time' = 'number') => ({
  label,
  kind,
  scale: 'linear' as const,
});

function missingChart(columns: readonly ColumnProfile[], rows: number): ChartSpec | null {
  const worst = columns.filter((column) => column.missing > 0).sort((a, b) => b.missing - a.missing);
  if (worst.length === 0) return null;
  const points = worst.slice(0, shownColumns).map((column) => ({ x: column.name, y: (100 * column.missing) / rows }));
  return {
    schemaVersion: 1,
    id: 'missing',
    title: 'Missing values',
    note: worst.length > shownColumns ? `The ${shownColumns} columns with the most, of ${worst.length}.` : undefined,
    x: axis('Column', 'category'),
    y: { ...axis('Rows without a value'), unit: '%', domain: [0, 100] },
    series: [{ id: 'missing', label: 'Missing', mark: 'bar', points }],
    horizontal: true,
  };
}

function correlationChart(correlations: Correlations | null): ChartSpec | null {
  if (!correlations) return null;
  const names = correlations.columns.slice(0, shownColumns);
  const values = correlations.values.slice(0, shownColumns).map((row) => row.slice(0, shownColumns));
  return {
    schemaVersion: 1,
    id: 'correlations',
    title: 'Correlations',
    note: 'Spearman: 1 when two columns rise together, -1 when one falls as the other rises.',
    x: axis('Column', 'category'),
    y: axis('Column', 'category'),
    series: [],
    matrix: { rows: names, columns: names, values, scale: 'diverging', format: 'number' },
  };
}

function scatterChart(
  table: Table,
  correlations: Correlations | null,
  setAside: ReadonlySet<string>,
): ChartSpec | null {
  const pair = correlations && strongestPair(correlations, setAside);
  const x = pair && findColumn(table, pair.x);
  const y = pair && findColumn(table, pair.y);
  if (!pair || !x || !y || !isNumeric(x) || !isNumeric(y)) return null;
  const rows = sampledRows(table.rows, scatterPoints);
  const points = Array.from(rows, (row) => ({ x: x.values[row]!, y: y.values[row]! }));
  return {
    schemaVersion: 1,
    id: 'strongest-pair',
    title: `${pair.y} by ${pair.x}`,
    note: `The strongest correlation of the table (${pair.value.toFixed(2)})${table.rows > scatterPoints ? `; ${scatterPoints} of the rows` : ''}.`,
    x: axis(pair.x),
    y: axis(pair.y),
    series: [
      { id: 'rows', label: 'Rows', mark: 'point', points: points.filter((point) => !Number.isNaN(point.x + point.y)) },
    ],
  };
}

function strongestPair({ columns, values }: Correlations, setAside: ReadonlySet<string>) {
  let best: { x: string; y: string; value: number } | null = null;
  for (let a = 0; a < columns.length; a++) {
    for (let b = a + 1; b < columns.length; b++) {
      const value = values[a]![b];
      if (value === null || value === undefined || setAside.has(columns[a]!) || setAside.has(columns[b]!)) continue;
      if (!best || Math.abs(value) > Math.abs(best.value)) best = { x: columns[a]!, y: columns[b]!, value };
    }
  }
  return best && Math.abs(best.value) >= 0.2 ? best : null;
}

function histogramChart(column: ColumnProfile): ChartSpec | null {
  if (!column.histogram) return null;
  const { edges, counts } = column.histogram;
  const time = column.type === 'datetime';
  const points = counts.map((count, bin) => ({ x: (edges[bin]! + edges[bin + 1]!) / 2, y: count }));
  return {
    schemaVersion: 1,
    id: `distribution-${column.name}`,
    title: time ? `Rows over ${column.name}` : `Distribution of ${column.name}`,
    x: axis(column.name, time ? 'time' : 'number'),
    y: axis('Rows'),
    series: [{ id: 'rows', label: 'Rows', mark: 'bar', points }],
  };
}

function levelsChart(column: ColumnProfile): ChartSpec | null {
  const top = column.top?.slice(0, 12) ?? [];
  if (top.length === 0) return null;
  return {
    schemaVersion: 1,
    id: `levels-${column.name}`,
    title: `Values of ${column.name}`,
    note:
      column.distinct > top.length
        ? `The ${top.length} most frequent of ${column.distinct.toLocaleString('en')}.`
        : undefined,
    x: axis(column.name, 'category'),
    y: axis('Rows'),
    series: [
      { id: 'rows', label: 'Rows', mark: 'bar', points: top.map(({ value, count }) => ({ x: value, y: count })) },
    ],
    horizontal: true,
  };
}
