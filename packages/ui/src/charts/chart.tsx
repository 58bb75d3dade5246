'use client';
import type { ChartSpec } from '@laurel/contracts';
import clsx from 'clsx';
import { Download, LineChart, Table2 } from 'lucide-react';
import { type ReactNode, useMemo, useState } from 'react';
import { formatNumber, nothing } from '../format.ts';
import { IconButton } from '../primitives/button.tsx';
import { Matrix } from './matrix.tsx';
import { type ChartHeight, Plot, SeriesKey } from './plot.tsx';
import type { Stop } from './stops.ts';
import { downloadText, tableView, toCsv } from './table-view.ts';

export interface ChartProps {
  spec: ChartSpec;
  height?: ChartHeight;
  /** beside the title: a switch, a slider */
  controls?: ReactNode;
  onPick?: (stop: Stop) => void;
  className?: string;
  /** the title is said elsewhere: keep it for screen readers only */
  hideTitle?: boolean;
}

/**
 * Draws a ChartSpec: series on axes, or a matrix. Every chart has legend toggles, a cursor for pointer and keyboard,
 * a table of the same numbers and their CSV.
 */
export function Chart({ spec, height = 'medium', controls, onPick, className, hideTitle }: ChartProps) {
  const [asTable, setAsTable] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const empty = !spec.matrix && spec.series.every((series) => series.points.length === 0);
  return (
    <figure className={clsx('flex min-w-0 flex-col gap-2', className)} data-testid={`chart-${spec.id}`}>
      <figcaption className="flex min-w-0 flex-wrap items-start justify-end gap-x-2 gap-y-1">
        <div className={clsx('min-w-0 flex-1', controls ? 'basis-44' : '', hideTitle && 'sr-only')}>
          <p className="wrap-anywhere line-clamp-2 font-semibold text-body">{spec.title}</p>
          {spec.note ? <p className="wrap-anywhere text-ink-2 text-small">{spec.note}</p> : null}
        </div>
        {hideTitle ? <div className="flex-1" /> : null}
        {controls}
        <div className="flex shrink-0">
          <IconButton
            size="small"
            label={asTable ? 'View as chart' : 'View as table'}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? <LineChart aria-hidden className="size-3.5" /> : <Table2 aria-hidden className="size-3.5" />}
          </IconButton>
          <IconButton
            size="small"
            label="Download CSV"
            onClick={() => downloadText(`${spec.id}.csv`, toCsv(tableView(spec)))}
          >
            <Download aria-hidden className="size-3.5" />
          </IconButton>
        </div>
      </figcaption>
      {empty ? (
        <p className="py-8 text-center text-ink-3">There is nothing to draw yet.</p>
      ) : asTable ? (
        <NumbersTable spec={spec} />
      ) : spec.matrix ? (
        <Matrix spec={spec} matrix={spec.matrix} />
      ) : (
        <div className="min-w-0">
          <Legend spec={spec} hidden={hidden} onChange={setHidden} />
          <AxisWords spec={spec} side="top" />
          <Plot spec={spec} hidden={hidden} height={height} onPick={onPick} />
          <AxisWords spec={spec} side="bottom" />
        </div>
      )}
    </figure>
  );
}

function AxisWords({ spec, side }: { spec: ChartSpec; side: 'top' | 'bottom' }) {
  const swapped = spec.horizontal === true;
  const axis = (side === 'top') === swapped ? spec.x : spec.y;
  if (axis.label === '') return null;
  return (
    <p className={clsx('truncate text-ink-2 text-small', side === 'bottom' && 'text-right')} title={axis.label}>
      {axis.label}
      {axis.unit ? <span className="text-ink-3"> ({axis.unit})</span> : null}
    </p>
  );
}

function Legend({
  spec,
  hidden,
  onChange,
}: {
  spec: ChartSpec;
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}) {
  const listed = spec.series
    .map((series, index) => ({ series, index }))
    .filter(({ series }) => !series.faint || series.mark === 'point');
  if (listed.length < 2) return null;
  const toggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <ul className="mb-1.5 flex flex-wrap gap-x-1 gap-y-0.5" aria-label="Series">
      {listed.map(({ series, index }) => (
        <li key={series.id} className="min-w-0">
          <button
            type="button"
            aria-pressed={!hidden.has(series.id)}
            onClick={() => toggle(series.id)}
            className="flex max-w-60 cursor-pointer items-center gap-1.5 rounded-sm px-1.5 py-0.5 text-ink-2 text-small hover:bg-hover aria-[pressed=false]:line-through aria-[pressed=false]:opacity-60"
          >
            <SeriesKey series={series} index={index} />
            <bdi className="truncate">{series.label}</bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}

const shownRows = 500;

function NumbersTable({ spec }: { spec: ChartSpec }) {
  const view = useMemo(() => tableView(spec), [spec]);
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={`${spec.title} as a table`}
      className="max-h-80 overflow-auto rounded border border-line"
    >
      <table className="w-full border-collapse text-small">
        <caption className="sr-only">{spec.title}</caption>
        <thead className="sticky top-0 bg-surface">
          <tr>
            {view.header.map((name, index) => (
              <th
                // biome-ignore lint/suspicious/noArrayIndexKey: columns have a fixed order, names may repeat
                key={index}
                scope="col"
                className={clsx(
                  'whitespace-nowrap px-2 py-1 font-medium text-ink-2',
                  index === 0 ? 'text-left' : 'text-right',
                )}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.rows.slice(0, shownRows).map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have a fixed order and no identity
            <tr key={at} className="border-line border-t">
              {row.map((value, index) => (
                <td
                  // biome-ignore lint/suspicious/noArrayIndexKey: cells have a fixed order and no identity
                  key={index}
                  className={clsx('px-2 py-1 tabular-nums', index === 0 ? 'text-left' : 'text-right')}
                  title={value === null ? undefined : String(value)}
                >
                  {value === null ? nothing : typeof value === 'number' ? formatNumber(value, 4) : value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {view.rows.length > shownRows ? (
        <p className="p-2 text-ink-2 text-small">
          The first {shownRows} of {view.rows.length} rows. The CSV has all of them.
        </p>
      ) : null}
    </section>
  );
}
