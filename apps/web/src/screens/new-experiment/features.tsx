'use client';
import type { DatasetView, ExperimentPlan } from '@laurel/contracts';
import { Checkbox, Field, formatCount, Input, plural } from '@laurel/ui';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { ColumnShape } from '../dataset/column-shape.tsx';
import { TypeIcon } from '../dataset/column-type.tsx';
import type { Choices, EngineView, LeftOut } from './draft.ts';

/** Which columns the models may use: what is left out and why, and a switch for each of the others. */
export function Features({
  dataset,
  plan,
  choices,
  engine,
  onChange,
}: {
  dataset: DatasetView;
  plan: ExperimentPlan;
  choices: Choices;
  engine: EngineView | null;
  onChange: (part: Partial<Choices>) => void;
}) {
  const [open, setOpen] = useState(false);
  const leftOut = engine?.leftOut ?? plan.excluded;
  const setKept = (column: string, keep: boolean) =>
    onChange({ kept: keep ? [...choices.kept, column] : choices.kept.filter((other) => other !== column) });
  return (
    <section aria-label="Columns to use" className="flex flex-col gap-4">
      {leftOut.length > 0 ? (
        <div>
          <h2 className="mb-1.5 font-semibold text-heading">Left out</h2>
          <ul className="rounded border border-line bg-surface" data-testid="left-out">
            {byReason(leftOut).map(({ reason, columns }) => (
              <li key={reason} className="flex flex-col gap-1.5 border-line border-b px-4 py-2.5 last:border-b-0">
                <ul className="flex flex-wrap gap-x-5 gap-y-1">
                  {columns.map((column) => (
                    <LeftOutColumn
                      key={column}
                      column={column}
                      kept={choices.kept.includes(column)}
                      onKeep={(keep) => setKept(column, keep)}
                    />
                  ))}
                </ul>
                <p className="wrap-anywhere text-ink-2">{reason}</p>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      <div>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex cursor-pointer items-center gap-1.5 rounded-sm font-semibold text-heading"
        >
          <ChevronRight aria-hidden className={open ? 'size-4 rotate-90 text-ink-3' : 'size-4 text-ink-3'} />
          {plural(plan.features.length, 'column')} used
          {choices.dropped.length > 0 ? (
            <span className="font-normal text-body text-ink-2">, {choices.dropped.length} left out by you</span>
          ) : null}
        </button>
        {open ? (
          <UsedColumns
            dataset={dataset}
            hidden={
              new Set([
                choices.target,
                ...leftOut.map((entry) => entry.column).filter((column) => !choices.kept.includes(column)),
              ])
            }
            dropped={choices.dropped}
            onChange={(dropped) => onChange({ dropped })}
          />
        ) : null}
      </div>
    </section>
  );
}

function LeftOutColumn({ column, kept, onKeep }: { column: string; kept: boolean; onKeep: (keep: boolean) => void }) {
  return (
    <li className="flex min-w-0 items-baseline gap-2">
      <bdi className={kept ? 'truncate font-medium' : 'truncate font-medium line-through decoration-ink-3'}>
        {column}
      </bdi>
      <button type="button" className="link shrink-0 text-small" onClick={() => onKeep(!kept)}>
        {kept ? 'Leave it out' : 'Keep it'}
        <span className="sr-only">: {column}</span>
      </button>
    </li>
  );
}

/** Columns that are left out for one and the same reason stand together. */
function byReason(leftOut: readonly LeftOut[]): { reason: string; columns: string[] }[] {
  const groups = new Map<string, string[]>();
  for (const { column, reason } of leftOut) groups.set(reason, [...(groups.get(reason) ?? []), column]);
  return [...groups].map(([reason, columns]) => ({ reason, columns }));
}

function UsedColumns({
  dataset,
  hidden,
  dropped,
  onChange,
}: {
  dataset: DatasetView;
  hidden: ReadonlySet<string>;
  dropped: readonly string[];
  onChange: (dropped: string[]) => void;
}) {
  const [text, setText] = useState('');
  const candidates = dataset.columns.filter((column) => !hidden.has(column.name));
  const shown = candidates.filter((column) => column.name.toLowerCase().includes(text.trim().toLowerCase()));
  return (
    <div className="mt-2 flex flex-col gap-2">
      {candidates.length > 12 ? (
        <Field label="Find a column" hideLabel className="max-w-xs">
          <Input
            type="search"
            placeholder="Find a column"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
      ) : null}
      <ul className="grid max-h-96 gap-x-8 overflow-y-auto sm:grid-cols-2">
        {shown.slice(0, 400).map((column) => (
          <li key={column.name} className="flex items-center justify-between gap-3 border-line border-b py-1.5">
            <Checkbox
              checked={!dropped.includes(column.name)}
              onChange={(use) =>
                onChange(use ? dropped.filter((other) => other !== column.name) : [...dropped, column.name])
              }
              label={
                <span className="flex min-w-0 items-center gap-1.5">
                  <TypeIcon type={column.type} />
                  <bdi className="wrap-anywhere line-clamp-1">{column.name}</bdi>
                </span>
              }
            />
            <span className="w-20 shrink-0">
              <ColumnShape
                column={column}
                rows={dataset.rows ?? 0}
                className={column.histogram ? 'h-4 w-20' : 'h-1.5 w-20'}
              />
            </span>
          </li>
        ))}
      </ul>
      {shown.length > 400 ? (
        <p className="text-ink-2 text-small">The first 400 of {formatCount(shown.length)}. Search to see others.</p>
      ) : null}
    </div>
  );
}
