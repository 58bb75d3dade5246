'use client';
import type { ColumnProfile, DatasetView } from '@laurel/contracts';
import { Combobox, Field, formatCount, formatPercent, ShareBar } from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import { useMemo } from 'react';
import { ColumnShape } from '../dataset/column-shape.tsx';
import { TypeIcon } from '../dataset/column-type.tsx';

/** "What do you want to predict?", with how the answer spreads. */
export function TargetPicker({
  dataset,
  target,
  onChange,
}: {
  dataset: DatasetView;
  target: string | null;
  onChange: (target: string) => void;
}) {
  const options = useMemo(
    () =>
      dataset.columns.map((column) => ({
        value: column.name,
        label: column.name,
        icon: <TypeIcon type={column.type} />,
      })),
    [dataset.columns],
  );
  const byName = useMemo(() => new Map(dataset.columns.map((column) => [column.name, column])), [dataset.columns]);
  const chosen = target === null ? undefined : byName.get(target);
  return (
    <section aria-label="What to predict" className="flex flex-col gap-4">
      <Field label={<span className="text-heading">What do you want to predict?</span>}>
        <Combobox
          options={options}
          value={target}
          onChange={onChange}
          placeholder="Choose or type the name of a column"
          testId="target"
          className="max-w-md"
          aside={(option) => {
            const column = byName.get(option.value);
            return column ? (
              <span className="w-20 shrink-0">
                <ColumnShape
                  column={column}
                  rows={dataset.rows ?? 0}
                  className={column.histogram ? 'h-4 w-20' : 'h-1.5 w-20'}
                />
              </span>
            ) : null;
          }}
        />
      </Field>
      {chosen ? <Distribution column={chosen} rows={dataset.rows ?? 0} /> : null}
    </section>
  );
}

const listed = 8;

function Distribution({ column, rows }: { column: ColumnProfile; rows: number }) {
  const present = rows - column.missing;
  const missing =
    column.missing > 0 ? `${formatCount(column.missing)} rows have no value here; they are not used.` : null;
  if (column.histogram && column.distinct > 12) {
    const { edges, counts } = column.histogram;
    return (
      <div className="max-w-xl">
        <Chart
          height="small"
          hideTitle
          spec={{
            schemaVersion: 1,
            id: 'target-distribution',
            title: `Distribution of ${column.name}`,
            x: { label: column.name, kind: column.type === 'datetime' ? 'time' : 'number', scale: 'linear' },
            y: { label: 'rows', kind: 'number', scale: 'linear' },
            series: [
              {
                id: 'rows',
                label: 'rows',
                mark: 'bar',
                points: counts.map((count, index) => ({ x: (edges[index]! + edges[index + 1]!) / 2, y: count })),
              },
            ],
          }}
        />
        {missing ? <p className="text-ink-2 text-small">{missing}</p> : null}
      </div>
    );
  }
  const top = column.top ?? [];
  return (
    <div className="max-w-xl" data-testid="target-distribution">
      <ul className="flex flex-col gap-1.5">
        {top.slice(0, listed).map((level) => (
          <li key={level.value} className="grid grid-cols-[minmax(0,140px)_1fr_100px] items-center gap-3">
            <bdi className="truncate" title={level.value}>
              {level.value === '' ? '(empty)' : level.value}
            </bdi>
            <ShareBar
              share={level.count / Math.max(1, top[0]?.count ?? 1)}
              label={`${level.value}: ${formatCount(level.count)} rows`}
              className="h-2.5 w-full"
            />
            <span className="text-right text-ink-2 text-small tabular-nums">
              {formatCount(level.count)} · {formatPercent(level.count / Math.max(1, present))}
            </span>
          </li>
        ))}
      </ul>
      {column.distinct > listed ? (
        <p className="pt-1.5 text-ink-2 text-small">and {formatCount(column.distinct - listed)} more values</p>
      ) : null}
      {missing ? <p className="pt-1.5 text-ink-2 text-small">{missing}</p> : null}
    </div>
  );
}
