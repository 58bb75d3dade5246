'use client';
import {
  createSortedRowModel,
  type RowSelectionState,
  rowSelectionFeature,
  rowSortingFeature,
  type SortingState,
  sortFns,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import clsx from 'clsx';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react';
import { Checkbox } from '../primitives/toggles.tsx';

export interface TableColumn<T> {
  id: string;
  header: string;
  /** the header is for screen readers only: a column of buttons */
  hideHeader?: boolean;
  /** shown after the header in a lighter tone: "s", "rows" */
  unit?: string;
  /** a sentence on hover of the header */
  help?: string;
  align?: 'left' | 'right';
  cell: (row: T) => ReactNode;
  /** makes the column sortable; null sorts last in both directions */
  sortValue?: (row: T) => number | string | null;
  /** the first click sorts this way */
  firstSort?: 'asc' | 'desc';
  /** classes for width and for hiding at small sizes, on header and cells */
  className?: string;
}

export interface TableProps<T> {
  /** what the table holds, for screen readers */
  caption: string;
  columns: readonly TableColumn<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  /** how a row is called where it is selected or opened */
  rowName: (row: T) => string;
  defaultSort?: { id: string; desc: boolean };
  density?: 'compact' | 'normal';
  selection?: { selected: readonly string[]; onChange: (ids: string[]) => void; max?: number };
  /** Enter or a click on the row */
  onOpen?: (row: T) => void;
  /** rows to light up for a moment: what just changed */
  highlighted?: ReadonlySet<string>;
  testId?: string;
  /** gives the scrolling box a height, for a sticky header in long tables */
  maxHeightClass?: string;
}

const features = tableFeatures({
  rowSortingFeature,
  rowSelectionFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns,
});

/**
 * A table with sorting, selection, a sticky header and rows for the keyboard: up and down (or J and K) move,
 * Enter opens, Space selects.
 */
export function Table<T>(props: TableProps<T>) {
  const { columns, rows, rowId, selection, onOpen, density = 'normal' } = props;
  const [sorting, setSorting] = useState<SortingState>(props.defaultSort ? [props.defaultSort] : []);
  const rowSelection: RowSelectionState = {};
  for (const id of selection?.selected ?? []) rowSelection[id] = true;
  const data = useMemo(() => [...rows] as RowData<T>[], [rows]);
  const definitions = useMemo(() => columns.map(toDefinition), [columns]);
  const table = useTable({
    features,
    columns: definitions as never,
    data: data as never[],
    getRowId: (row: never) => rowId(row as T),
    enableSortingRemoval: Boolean(props.defaultSort),
    state: { sorting, rowSelection },
    onSortingChange: setSorting,
  });
  const full = selection?.max !== undefined && selection.selected.length >= selection.max;
  const toggle = (id: string) => {
    if (!selection) return;
    const on = selection.selected.includes(id);
    if (!on && full) return;
    selection.onChange(on ? selection.selected.filter((other) => other !== id) : [...selection.selected, id]);
  };
  const cellPadding = density === 'compact' ? 'px-2 py-1' : 'px-2.5 py-2';
  const shownRows = table.getRowModel().rows;
  return (
    <section
      className={clsx('relative w-full min-w-0 overflow-auto', props.maxHeightClass)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={props.caption}
      data-testid={props.testId}
    >
      <table className={clsx('w-full border-collapse', density === 'compact' ? 'text-small' : 'text-body')}>
        <caption className="sr-only">{props.caption}</caption>
        <thead className="sticky top-0 z-10 bg-page">
          <tr className="text-ink-2 text-small shadow-[inset_0_-1px_0_var(--line-strong)]">
            {selection ? (
              <th scope="col" className={clsx('w-8', cellPadding)}>
                <span className="sr-only">Select</span>
              </th>
            ) : null}
            {table.getHeaderGroups()[0]!.headers.map((header, index) => (
              <HeaderCell
                key={header.id}
                column={columns[index]!}
                padding={cellPadding}
                sorted={header.column.getIsSorted()}
                onSort={() => header.column.toggleSorting()}
              />
            ))}
          </tr>
        </thead>
        <tbody onKeyDown={moveByKeys}>
          {shownRows.map((row, rowIndex) => {
            const value = row.original as T;
            const id = row.id;
            const chosen = rowSelection[id] === true;
            return (
              <tr
                key={id}
                data-row={id}
                data-testid="table-row"
                aria-selected={selection ? chosen : undefined}
                tabIndex={rowIndex === 0 ? 0 : -1}
                onKeyDown={(event) => {
                  if (event.target !== event.currentTarget) return;
                  if (event.key === 'Enter' && onOpen) onOpen(value);
                  else if (event.key === ' ' && selection) toggle(id);
                  else return;
                  event.preventDefault();
                }}
                onClick={(event) => {
                  if (onOpen && !isInteractive(event.target) && !window.getSelection()?.toString()) onOpen(value);
                }}
                className={clsx(
                  'border-line border-b outline-offset-[-2px] hover:bg-hover',
                  chosen && 'bg-accent-soft hover:bg-accent-soft',
                  props.highlighted?.has(id) && 'row-flash',
                  onOpen && 'cursor-pointer',
                )}
              >
                {selection ? (
                  <td className={cellPadding}>
                    <Checkbox
                      checked={chosen}
                      disabled={!chosen && full}
                      onChange={() => toggle(id)}
                      label={`Select ${props.rowName(value)}`}
                      hideLabel
                    />
                  </td>
                ) : null}
                {columns.map((column) => (
                  <td
                    key={column.id}
                    className={clsx(
                      cellPadding,
                      column.align === 'right' && 'text-right whitespace-nowrap tabular-nums',
                      'align-middle',
                      column.className,
                    )}
                  >
                    {column.cell(value)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

type RowData<T> = T & Record<string, unknown>;

function toDefinition<T>(column: TableColumn<T>) {
  return {
    id: column.id,
    header: column.header,
    accessorFn: (row: T) => column.sortValue?.(row) ?? undefined,
    enableSorting: column.sortValue !== undefined,
    sortDescFirst: column.firstSort === 'desc',
    sortUndefined: 'last' as const,
    sortFn: 'basic' as const,
  };
}

function HeaderCell<T>({
  column,
  padding,
  sorted,
  onSort,
}: {
  column: TableColumn<T>;
  padding: string;
  sorted: false | 'asc' | 'desc';
  onSort: () => void;
}) {
  const words = (
    <>
      {column.header}
      {column.unit ? <span className="font-normal text-ink-3">{column.unit}</span> : null}
    </>
  );
  const right = column.align === 'right';
  return (
    <th
      scope="col"
      title={column.help}
      aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}
      className={clsx('font-medium whitespace-nowrap', padding, right ? 'text-right' : 'text-left', column.className)}
    >
      {column.sortValue ? (
        <button
          type="button"
          onClick={onSort}
          className={clsx(
            'inline-flex cursor-pointer items-center gap-1 rounded-sm hover:text-ink',
            right && 'flex-row-reverse',
          )}
        >
          <span className="inline-flex gap-1">{words}</span>
          {sorted === 'asc' ? <ArrowUp aria-hidden className="size-3" /> : null}
          {sorted === 'desc' ? <ArrowDown aria-hidden className="size-3" /> : null}
        </button>
      ) : (
        <span className={column.hideHeader ? 'sr-only' : 'inline-flex gap-1'}>{words}</span>
      )}
    </th>
  );
}

function isInteractive(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a,button,input,label,select,[role="checkbox"],textarea') !== null;
}

/** Moves the focus between rows; only while a row itself has it. */
function moveByKeys(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const row = event.target;
  if (!(row instanceof HTMLTableRowElement)) return;
  const steps: Record<string, Element | null> = {
    ArrowDown: row.nextElementSibling,
    j: row.nextElementSibling,
    ArrowUp: row.previousElementSibling,
    k: row.previousElementSibling,
    Home: event.currentTarget.firstElementChild,
    End: event.currentTarget.lastElementChild,
  };
  const next = steps[event.key];
  if (!(next instanceof HTMLTableRowElement)) return;
  event.preventDefault();
  for (const other of event.currentTarget.querySelectorAll('tr[tabindex="0"]')) other.setAttribute('tabindex', '-1');
  next.setAttribute('tabindex', '0');
  next.focus();
}

/** A small static table of facts: names left, values right. */
export function FactTable({
  rows,
  caption,
}: {
  caption: string;
  rows: readonly { name: ReactNode; value: ReactNode }[];
}) {
  return (
    <dl aria-label={caption} className="grid grid-cols-[fit-content(60%)_1fr] gap-x-6">
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have a fixed order and no identity
        <div key={index} className="col-span-2 grid grid-cols-subgrid border-line border-b py-1.5 last:border-b-0">
          <dt className="wrap-anywhere min-w-0 text-ink-2">{row.name}</dt>
          <dd className="wrap-anywhere min-w-0 text-right tabular-nums">{row.value}</dd>
        </div>
      ))}
    </dl>
  );
}
