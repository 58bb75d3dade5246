'use client';
import type { ColumnProfile, DatasetView } from '@laurel/contracts';
import { FactTable, Field, formatCount, formatNumber, formatPercent, Input, Select, toast } from '@laurel/ui';
import clsx from 'clsx';
import { ChevronRight, Flag } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useSetColumnType } from '@/client/queries/datasets.ts';
import { ColumnShape, edge, shapeWords } from './column-shape.tsx';
import { TypeIcon, typeOptions, typeWord } from './column-type.tsx';

/** The columns of a table, each with its shape; one of them unfolded with its numbers and its type. */
export function ColumnList({
  dataset,
  open,
  onOpen,
  editable,
}: {
  dataset: DatasetView;
  open: string | null;
  onOpen: (column: string | null) => void;
  editable: boolean;
}) {
  const [text, setText] = useState('');
  const query = useDeferredValue(text.trim().toLowerCase());
  const flagged = new Set(
    dataset.findings.flatMap((finding) => (finding.severity === 'alert' ? [finding.column] : [])),
  );
  const shown = dataset.columns.filter((column) => column.name.toLowerCase().includes(query));
  return (
    <section aria-label="Columns" className="flex min-w-0 flex-col">
      <div className="mb-2 flex items-baseline justify-between gap-3">
        <h2 className="font-semibold text-heading">
          Columns <span className="font-normal text-ink-2">{formatCount(dataset.columns.length)}</span>
        </h2>
        <span className="text-ink-2 text-small">% missing</span>
      </div>
      {dataset.columns.length > 12 ? (
        <Field label="Find a column" hideLabel className="mb-2">
          <Input
            type="search"
            placeholder="Find a column"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
      ) : null}
      <ul className="flex flex-col">
        {shown.slice(0, 300).map((column) => (
          <ColumnItem
            key={column.name}
            column={column}
            dataset={dataset}
            flagged={flagged.has(column.name)}
            open={open === column.name}
            onToggle={() => onOpen(open === column.name ? null : column.name)}
            editable={editable}
          />
        ))}
      </ul>
      {shown.length > 300 ? (
        <p className="pt-2 text-ink-2 text-small">
          The first 300 of {formatCount(shown.length)}. Search to see others.
        </p>
      ) : null}
      {shown.length === 0 ? <p className="py-4 text-ink-2">No column has these letters in its name.</p> : null}
    </section>
  );
}

interface ColumnItemProps {
  column: ColumnProfile;
  dataset: DatasetView;
  flagged: boolean;
  open: boolean;
  onToggle: () => void;
  editable: boolean;
}

function ColumnItem({ column, dataset, flagged, open, onToggle, editable }: ColumnItemProps) {
  const rows = dataset.rows ?? 0;
  return (
    <li
      className="border-line border-b"
      data-testid={`column-${column.name}`}
      ref={(node) => {
        if (node && open) node.scrollIntoView({ block: 'nearest' });
      }}
    >
      <button
        type="button"
        aria-expanded={open}
        onClick={onToggle}
        className="grid w-full cursor-pointer grid-cols-[14px_14px_minmax(0,1fr)_84px_40px] items-center gap-2 rounded-sm py-1.5 text-left outline-offset-[-2px] hover:bg-hover"
      >
        <ChevronRight aria-hidden className={clsx('size-3.5 text-ink-3', open && 'rotate-90')} />
        <TypeIcon type={column.type} />
        <span className="flex min-w-0 items-center gap-1.5">
          <bdi className="truncate font-medium">{column.name}</bdi>
          {flagged ? <Flag role="img" aria-label="has an alert" className="size-3 shrink-0 text-warn" /> : null}
        </span>
        <ColumnShape column={column} rows={rows} className={column.histogram ? 'h-5 w-full' : 'h-2 w-full'} />
        <span className={clsx('text-right text-small tabular-nums', column.missing > 0 ? 'text-ink-2' : 'text-ink-3')}>
          {formatPercent(rows === 0 ? 0 : column.missing / rows)}
          <span className="sr-only"> missing</span>
        </span>
      </button>
      {open ? <ColumnDetails column={column} dataset={dataset} editable={editable} /> : null}
    </li>
  );
}

function ColumnDetails({
  column,
  dataset,
  editable,
}: {
  column: ColumnProfile;
  dataset: DatasetView;
  editable: boolean;
}) {
  const save = useSetColumnType(dataset.id);
  const rows = dataset.rows ?? 0;
  const about = dataset.findings.filter((finding) => finding.column === column.name);
  return (
    <div className="flex flex-col gap-3 pt-1 pb-4 pl-[30px]">
      {about.map((finding) => (
        <p key={finding.code + finding.message} className="wrap-anywhere text-ink-2">
          {finding.message}
        </p>
      ))}
      <Field
        label="Type"
        hint={
          column.type === column.inferredType
            ? 'as found in the values'
            : `changed; found as ${typeWord(column.inferredType)}`
        }
      >
        <Select
          options={typeOptions}
          value={column.type}
          disabled={!editable || save.isPending}
          testId="column-type"
          onChange={(type) =>
            save.mutate(
              { column: column.name, type },
              {
                onSuccess: () => toast({ title: `${column.name} is read as ${typeWord(type).toLowerCase()} now.` }),
                onError: (error) =>
                  toast({ kind: 'error', title: 'The type stays as it was.', text: asFailure(error).message }),
              },
            )
          }
        />
      </Field>
      <FactTable
        caption={`Numbers of ${column.name}`}
        rows={[
          {
            name: 'Missing',
            value: `${formatCount(column.missing)} (${formatPercent(rows === 0 ? 0 : column.missing / rows)})`,
          },
          { name: 'Different values', value: formatCount(column.distinct) },
          ...(column.histogram
            ? [
                { name: 'Range', value: shapeWords(column) },
                { name: 'Mean', value: edge(column, column.mean) },
                ...(column.type === 'datetime' ? [] : [{ name: 'Spread (sd)', value: formatNumber(column.sd) }]),
                { name: 'Median', value: edge(column, column.quantiles?.[2]) },
              ]
            : []),
        ]}
      />
      {!column.histogram && column.top && column.top.length > 0 ? (
        <FactTable
          caption={`Most frequent values of ${column.name}`}
          rows={column.top.slice(0, 8).map((level) => ({
            name: <bdi className="wrap-anywhere">{level.value === '' ? '(empty)' : level.value}</bdi>,
            value: `${formatCount(level.count)} (${formatPercent(level.count / Math.max(1, rows - column.missing))})`,
          }))}
        />
      ) : null}
    </div>
  );
}
