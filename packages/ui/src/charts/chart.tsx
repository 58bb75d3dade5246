'use client';
import type { ChartSpec } from '@laurel/contracts';
import clsx from 'clsx';
import { type ReactNode, useCallback, useState } from 'react';
import { ChartFrame } from './frame.tsx';
import { Matrix } from './matrix.tsx';
import { type ChartHeight, Plot, SeriesKey } from './plot.tsx';
import type { Stop } from './stops.ts';
import { tableView } from './table-view.ts';

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
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const table = useCallback(() => tableView(spec), [spec]);
  const empty = !spec.matrix && spec.series.every((series) => series.points.length === 0);
  const { id, title, note, matrix } = spec;
  return (
    <ChartFrame {...{ id, title, note, controls, className, hideTitle, table }}>
      {empty ? (
        <p className="py-8 text-center text-ink-3">There is nothing to draw yet.</p>
      ) : matrix ? (
        <Matrix spec={spec} matrix={matrix} />
      ) : (
        <div className="min-w-0">
          <Legend spec={spec} hidden={hidden} onChange={setHidden} />
          <AxisWords spec={spec} side="top" />
          <Plot spec={spec} hidden={hidden} height={height} onPick={onPick} />
          <AxisWords spec={spec} side="bottom" />
        </div>
      )}
    </ChartFrame>
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
