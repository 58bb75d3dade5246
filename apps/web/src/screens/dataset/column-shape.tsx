import type { ColumnProfile } from '@laurel/contracts';
import { formatCount, formatDate, formatNumber, formatPercent, MiniHistogram, TopValuesBar } from '@laurel/ui';

/** How the values of a column spread, as small as a header cell: a histogram, or the most frequent values. */
export function ColumnShape({ column, rows, className }: { column: ColumnProfile; rows: number; className?: string }) {
  if (column.histogram) {
    return (
      <MiniHistogram
        edges={column.histogram.edges}
        counts={column.histogram.counts}
        label={`Distribution of ${column.name}, from ${edge(column, column.min)} to ${edge(column, column.max)}`}
        {...(className ? { className } : {})}
      />
    );
  }
  const top = column.top ?? [];
  const first = top[0];
  if (!first) return null;
  return (
    <TopValuesBar
      top={top}
      total={rows - column.missing}
      label={`Most frequent in ${column.name}: ${first.value}, ${formatPercent(first.count / Math.max(1, rows - column.missing))}`}
      {...(className ? { className } : {})}
    />
  );
}

/** One line under the shape: the range, or how many different values. */
export function shapeWords(column: ColumnProfile): string {
  if (column.min !== null && column.min !== undefined && column.max !== null && column.max !== undefined) {
    return `${edge(column, column.min)} to ${edge(column, column.max)}`;
  }
  return column.distinct === 1 ? '1 value' : `${formatCount(column.distinct)} values`;
}

/** A bound of a column as text: dates are milliseconds. */
export function edge(column: ColumnProfile, value: number | null | undefined): string {
  return column.type === 'datetime' && typeof value === 'number' ? formatDate(value) : formatNumber(value);
}
