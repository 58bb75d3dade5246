'use client';
import { type KeyboardEvent, useId, useState } from 'react';
import { formatSeconds } from '../format.ts';
import { ChartFrame, CursorArea } from './frame.tsx';
import { useWidth } from './width.ts';

export interface TimelineChartBar {
  id: string;
  /** what is told of the bar, in words */
  label: string;
  /** seconds since the start */
  from: number;
  to: number;
  /** a place of the palette */
  color: number;
  /** hollow: stopped early; crossed: failed; open: still in work */
  look: 'full' | 'hollow' | 'crossed' | 'open';
}

export interface TimelineChartLane {
  id: string;
  label: string;
  bars: readonly TimelineChartBar[];
}

const [rowHeight, barHeight, labelWidth, axisHeight] = [30, 18, 92, 22];

/** Who did what when: a row per worker, a bar per trial. Hover, arrow keys and a table tell of each. */
export function TimelineChart({
  id,
  title,
  note,
  lanes,
  onOpen,
}: {
  id: string;
  title: string;
  note?: string;
  lanes: readonly TimelineChartLane[];
  onOpen?: (id: string) => void;
}) {
  const [box, width] = useWidth();
  const [active, setActive] = useState<number | null>(null);
  const readingId = useId();
  const bars = lanes.flatMap((lane) => lane.bars);
  const shown = active === null ? undefined : bars[Math.min(active, bars.length - 1)];
  const end = Math.max(1, ...bars.map((bar) => bar.to));
  const x = (seconds: number) => labelWidth + (seconds / end) * Math.max(0, width - labelWidth - 12);
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowRight' || event.key === 'ArrowDown')
      setActive(Math.min(bars.length - 1, (active ?? -1) + 1));
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') setActive(Math.max(0, (active ?? bars.length) - 1));
    else if (event.key === 'Home') setActive(0);
    else if (event.key === 'End') setActive(bars.length - 1);
    else if (event.key === 'Escape') setActive(null);
    else if (event.key === 'Enter' && shown && onOpen) onOpen(shown.id);
    else return;
    event.preventDefault();
  };
  const table = () => ({
    header: ['Worker', 'From (s)', 'To (s)', 'Trial'],
    rows: lanes.flatMap((lane) => lane.bars.map((bar) => [lane.label, bar.from, bar.to, bar.label])),
  });
  return (
    <ChartFrame id={id} title={title} note={note} table={table}>
      <div ref={box} className="min-w-0">
        <CursorArea
          label={`${title}. Arrow keys go from trial to trial.`}
          readingId={readingId}
          onKeyDown={onKey}
          onLeave={() => setActive(null)}
        >
          {width > 0 ? (
            <svg width={width} height={lanes.length * rowHeight + axisHeight} role="presentation">
              {lanes.map((lane, row) => (
                <g key={lane.id}>
                  <title>{lane.label}</title>
                  <text x={0} y={row * rowHeight + 19} fontSize={11} fill="var(--ink-2)">
                    {lane.label.length > 14 ? `${lane.label.slice(0, 13)}…` : lane.label}
                  </text>
                  {lane.bars.map((bar) => (
                    <Bar
                      key={bar.id}
                      bar={bar}
                      left={x(bar.from)}
                      right={x(bar.to)}
                      y={row * rowHeight + (rowHeight - barHeight) / 2}
                      shown={bar === shown}
                      onEnter={() => setActive(bars.indexOf(bar))}
                      onOpen={onOpen ? () => onOpen(bar.id) : undefined}
                    />
                  ))}
                </g>
              ))}
              {[0, 0.5, 1].map((part) => (
                <text
                  key={part}
                  x={x(end * part)}
                  y={lanes.length * rowHeight + 15}
                  fontSize={11}
                  fill="var(--ink-2)"
                  textAnchor={part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}
                >
                  {part === 0 ? '0 s' : formatSeconds(end * part)}
                </text>
              ))}
            </svg>
          ) : null}
        </CursorArea>
        <p id={readingId} aria-live="polite" className="wrap-anywhere min-h-5 text-ink-2 text-small">
          {shown?.label ?? 'Filled: whole fits. Hollow: stopped early. Crossed: failed.'}
        </p>
      </div>
    </ChartFrame>
  );
}

function Bar({
  bar,
  left,
  right,
  y,
  shown,
  onEnter,
  onOpen,
}: {
  bar: TimelineChartBar;
  left: number;
  right: number;
  y: number;
  shown: boolean;
  onEnter: () => void;
  onOpen: (() => void) | undefined;
}) {
  const width = Math.max(2, right - left - 1);
  const color = `var(--series-${bar.color % 8})`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the chart's own cursor reaches it by keyboard
    <g onMouseEnter={onEnter} onClick={onOpen} className={onOpen ? 'cursor-pointer' : ''}>
      <rect
        x={left}
        y={y}
        width={width}
        height={barHeight}
        rx={2}
        fill={bar.look === 'full' ? color : 'var(--surface)'}
        stroke={shown ? 'var(--ink)' : color}
        strokeWidth={shown ? 2 : 1}
        strokeDasharray={bar.look === 'open' ? '3 2' : undefined}
      />
      {bar.look === 'crossed' ? (
        <path
          d={`M${left} ${y}L${left + width} ${y + barHeight}M${left + width} ${y}L${left} ${y + barHeight}`}
          stroke={color}
        />
      ) : null}
    </g>
  );
}
