'use client';
import clsx from 'clsx';
import { Download, LineChart, Table2 } from 'lucide-react';
import { type KeyboardEventHandler, type ReactNode, useMemo, useState } from 'react';
import { formatNumber, nothing } from '../format.ts';
import { IconButton } from '../primitives/button.tsx';
import { downloadText, type TableView, toCsv } from './table-view.ts';

export interface ChartFrameProps {
  id: string;
  title: string;
  note?: string | undefined;
  /** beside the title: a switch, a slider */
  controls?: ReactNode;
  className?: string | undefined;
  /** the title is said elsewhere: keep it for screen readers only */
  hideTitle?: boolean | undefined;
  /** what is drawn, as numbers: shown instead of the drawing, and handed out as CSV */
  table: () => TableView;
  children: ReactNode;
}

/** What every chart has around its drawing: title, note, and the same numbers as a table and as CSV. */
export function ChartFrame({ id, title, note, controls, className, hideTitle, table, children }: ChartFrameProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className={clsx('flex min-w-0 flex-col gap-2', className)} data-testid={`chart-${id}`}>
      <figcaption className="flex min-w-0 flex-wrap items-start justify-end gap-x-2 gap-y-1">
        <div className={clsx('min-w-0 flex-1', controls ? 'basis-44' : '', hideTitle && 'sr-only')}>
          <p className="wrap-anywhere line-clamp-2 font-semibold text-body">{title}</p>
          {note ? <p className="wrap-anywhere text-ink-2 text-small">{note}</p> : null}
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
          <IconButton size="small" label="Download CSV" onClick={() => downloadText(`${id}.csv`, toCsv(table()))}>
            <Download aria-hidden className="size-3.5" />
          </IconButton>
        </div>
      </figcaption>
      {asTable ? <NumbersTable title={title} table={table} /> : children}
    </figure>
  );
}

export interface CursorAreaProps {
  /** what the chart is and how its cursor is moved */
  label: string;
  /** id of the text that tells what the cursor is on */
  readingId: string;
  className?: string;
  onKeyDown: KeyboardEventHandler;
  onLeave: () => void;
  children: ReactNode;
}

/** The place around a drawing that takes the keys of its cursor. */
export function CursorArea({ label, readingId, className, onKeyDown, onLeave, children }: CursorAreaProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a chart with a cursor is not a fieldset
    <div
      role="group"
      aria-label={`${label} The button View as table shows all of them.`}
      aria-describedby={readingId}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the cursor of the chart is moved by the arrow keys
      tabIndex={0}
      className={clsx('rounded', className)}
      onKeyDown={onKeyDown}
      onMouseLeave={onLeave}
      onBlur={onLeave}
    >
      {children}
    </div>
  );
}

const shownRows = 500;

function NumbersTable({ title, table }: Pick<ChartFrameProps, 'title' | 'table'>) {
  const view = useMemo(table, [table]);
  return (
    <section
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={`${title} as a table`}
      className="max-h-80 overflow-auto rounded border border-line"
    >
      <table className="w-full border-collapse text-small">
        <caption className="sr-only">{title}</caption>
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
