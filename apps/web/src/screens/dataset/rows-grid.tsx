'use client';
import type { ColumnProfile } from '@laurel/contracts';
import { ErrorState, formatCount, formatPercent, Skeleton } from '@laurel/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import clsx from 'clsx';
import { X } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { type Cell, useRows } from '@/client/queries/datasets.ts';
import { ColumnShape, shapeWords } from './column-shape.tsx';
import { TypeIcon } from './column-type.tsx';

const columnWidth = 148;
const numberWidth = 52;
const rowHeight = 28;
const headerHeight = 84;
const loadedRows = 500;

/** The rows as they are in the table. Only what is in sight is drawn, in both directions. */
export function RowsGrid({
  datasetId,
  columns,
  totalRows,
  shownColumn,
}: {
  datasetId: string;
  columns: readonly ColumnProfile[];
  totalRows: number;
  /** scrolled into sight and lit */
  shownColumn: string | null;
}) {
  const page = useRows(datasetId, true, loadedRows);
  const [filter, setFilter] = useState<{ column: string; value: string } | null>(null);
  const rows = useMemo(() => {
    const numbered = (page.data?.rows ?? []).map((cells, index) => ({ number: index + 1, cells }));
    if (!filter || !page.data) return numbered;
    const at = page.data.columns.indexOf(filter.column);
    return numbered.filter((row) => String(row.cells[at] ?? '') === filter.value);
  }, [page.data, filter]);
  if (page.isError) {
    return (
      <ErrorState
        title="The rows could not be loaded."
        failure={asFailure(page.error)}
        onRetry={() => void page.refetch()}
      />
    );
  }
  if (!page.data) return <Skeleton className="h-[420px]" />;
  const seen = page.data.rows.length;
  return (
    <section aria-label="Rows" className="min-w-0">
      <div className="mb-2 flex flex-wrap items-baseline justify-between gap-3">
        <h2 className="font-semibold text-heading">Rows</h2>
        <span className="text-ink-2 text-small">
          {filter
            ? `${formatCount(rows.length)} of the first ${formatCount(seen)} rows`
            : seen < totalRows
              ? `the first ${formatCount(seen)} of ${formatCount(totalRows)}`
              : formatCount(totalRows)}
        </span>
      </div>
      {filter ? (
        <button
          type="button"
          onClick={() => setFilter(null)}
          className="mb-2 inline-flex max-w-full cursor-pointer items-center gap-1.5 rounded-full bg-accent-soft px-2.5 py-0.5 text-accent-text text-small"
        >
          <bdi className="truncate">
            {filter.column} is {filter.value}
          </bdi>
          <X aria-hidden className="size-3" />
          <span className="sr-only">Remove the filter</span>
        </button>
      ) : null}
      <Grid
        columns={columns}
        order={page.data.columns}
        rows={rows}
        totalRows={totalRows}
        shownColumn={shownColumn}
        onFilter={setFilter}
      />
    </section>
  );
}

interface GridProps {
  columns: readonly ColumnProfile[];
  order: readonly string[];
  rows: readonly { number: number; cells: Cell[] }[];
  totalRows: number;
  shownColumn: string | null;
  onFilter: (filter: { column: string; value: string }) => void;
}

function Grid({ columns, order, rows, totalRows, shownColumn, onFilter }: GridProps) {
  const scroller = useRef<HTMLElement>(null);
  const profiles = useMemo(() => new Map(columns.map((column) => [column.name, column])), [columns]);
  const across = useVirtualizer({
    horizontal: true,
    count: order.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => columnWidth,
    paddingStart: numberWidth,
    overscan: 3,
  });
  const down = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    paddingStart: headerHeight,
    overscan: 8,
  });
  const shownAt = shownColumn === null ? -1 : order.indexOf(shownColumn);
  useEffect(() => {
    if (shownAt >= 0) across.scrollToIndex(shownAt, { align: 'center' });
  }, [shownAt, across.scrollToIndex]);
  const inSight = across.getVirtualItems();
  return (
    <section
      ref={scroller}
      aria-label="Rows of the table"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      className="relative h-[min(640px,70vh)] min-h-80 overflow-auto rounded border border-line bg-surface"
    >
      <table
        aria-rowcount={totalRows + 1}
        aria-colcount={order.length}
        className="relative block text-small"
        style={{ width: across.getTotalSize(), height: down.getTotalSize() }}
      >
        <caption className="sr-only">The first rows</caption>
        <thead className="sticky top-0 z-10 block bg-surface" style={{ height: headerHeight }}>
          <tr className="block h-full border-line-strong border-b" aria-rowindex={1}>
            <th scope="col" className="absolute left-0 h-full bg-surface" style={{ width: numberWidth }}>
              <span className="sr-only">Row</span>
            </th>
            {inSight.map((item) => {
              const name = order[item.index]!;
              return (
                <th
                  key={item.key}
                  scope="col"
                  aria-colindex={item.index + 1}
                  className={clsx(
                    'absolute top-0 flex h-full flex-col gap-1 border-line border-l px-2 py-1.5 text-left font-normal',
                    item.index === shownAt && 'bg-accent-soft',
                  )}
                  style={{ left: item.start, width: item.size }}
                >
                  <HeaderCell name={name} column={profiles.get(name)} totalRows={totalRows} onFilter={onFilter} />
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody className="block">
          {down.getVirtualItems().map((line) => {
            const row = rows[line.index]!;
            return (
              <tr
                key={row.number}
                aria-rowindex={row.number + 1}
                className="absolute left-0 block w-full border-line border-b hover:bg-hover"
                style={{ top: line.start, height: rowHeight }}
              >
                <th
                  scope="row"
                  className="absolute left-0 h-full px-2 py-1.5 text-right font-normal text-ink-3 tabular-nums"
                  style={{ width: numberWidth }}
                >
                  {row.number}
                </th>
                {inSight.map((item) => (
                  <GridCell
                    key={item.key}
                    value={row.cells[item.index] ?? null}
                    index={item.index}
                    left={item.start}
                    width={item.size}
                    lit={item.index === shownAt}
                    numeric={profiles.get(order[item.index]!)?.type === 'numeric'}
                  />
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function HeaderCell({
  name,
  column,
  totalRows,
  onFilter,
}: {
  name: string;
  column: ColumnProfile | undefined;
  totalRows: number;
  onFilter: GridProps['onFilter'];
}) {
  if (!column) return <bdi className="truncate font-medium">{name}</bdi>;
  return (
    <>
      <span className="flex min-w-0 items-center gap-1.5">
        <TypeIcon type={column.type} />
        <bdi className="truncate font-medium" title={name}>
          {name}
        </bdi>
      </span>
      {column.histogram ? (
        <ColumnShape column={column} rows={totalRows} className="h-7 w-full" />
      ) : (
        <span className="flex h-7 flex-col justify-center gap-1">
          <ColumnShape column={column} rows={totalRows} className="h-1.5 w-full" />
          <span className="flex gap-1.5 overflow-hidden">
            {column.top?.slice(0, 2).map((level) => (
              <button
                key={level.value}
                type="button"
                title={`Show only rows with ${level.value}`}
                onClick={() => onFilter({ column: name, value: level.value })}
                className="max-w-16 cursor-pointer truncate rounded-sm text-ink-2 text-tiny hover:text-ink hover:underline"
              >
                <bdi>{level.value}</bdi>
              </button>
            ))}
          </span>
        </span>
      )}
      <span className="truncate text-ink-3 text-tiny">
        {shapeWords(column)}
        {column.missing > 0 ? `, ${formatPercent(column.missing / Math.max(1, totalRows))} missing` : ''}
      </span>
    </>
  );
}

function GridCell({
  value,
  index,
  left,
  width,
  lit,
  numeric,
}: {
  value: Cell;
  numeric: boolean;
  index: number;
  left: number;
  width: number;
  lit: boolean;
}) {
  return (
    <td
      aria-colindex={index + 1}
      className={clsx(
        'absolute h-full truncate border-line border-l px-2 py-1.5',
        numeric && 'text-right tabular-nums',
        lit && 'bg-accent-soft',
      )}
      style={{ left, width }}
      title={value === null ? 'missing' : String(value)}
    >
      {value === null ? <span className="text-ink-3">—</span> : <bdi>{String(value)}</bdi>}
    </td>
  );
}
