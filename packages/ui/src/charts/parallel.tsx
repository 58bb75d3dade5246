'use client';
import { type KeyboardEvent, useId, useState } from 'react';
import { formatScore } from '../format.ts';
import { ChartFrame, CursorArea } from './frame.tsx';
import { useWidth } from './width.ts';

export interface ParallelChartAxis {
  name: string;
  label: string;
  /** words at the lower and the upper end */
  ends: readonly [string, string];
}

export interface ParallelChartLine {
  id: string;
  /** what the line is, for the reading and the table */
  label: string;
  score: number;
  /** per axis: a word for the value, and its place from 0 to 1 */
  values: readonly { word: string; position: number }[];
}

export interface ParallelChartProps {
  id: string;
  title: string;
  note?: string;
  axes: readonly ParallelChartAxis[];
  /** the best last, so that it is drawn on top */
  lines: readonly ParallelChartLine[];
  scoreLabel: string;
  higherIsBetter: boolean;
  onOpen?: (id: string) => void;
}

/** A stretch of an axis from 0 to 1; lines outside of any are faded. */
type Brushes = Readonly<Record<number, readonly [number, number]>>;

const [height, top, bottom, side] = [300, 52, 26, 44];

/**
 * Configurations as lines over the axes of their hyperparameters, the score last. Dragging along an axis keeps the lines
 * that pass there; arrow keys go from line to line; a table holds the same. Drawn by hand: recharts has no such chart.
 */
export function ParallelChart(props: ParallelChartProps) {
  const { id, title, note, axes, lines, scoreLabel } = props;
  const [brushes, setBrushes] = useState<Brushes>({});
  const kept = lines.filter((line) => inside(line, brushes, scorePosition(lines, line.score)));
  const table = () => ({
    header: ['Trial', scoreLabel, ...axes.map((axis) => axis.label)],
    rows: [...kept].reverse().map((line) => [line.label, line.score, ...line.values.map((value) => value.word)]),
  });
  const showAll = Object.keys(brushes).length > 0 && (
    <button type="button" className="link text-small" onClick={() => setBrushes({})}>
      {`${kept.length} of ${lines.length} kept. Show all`}
    </button>
  );
  return (
    <ChartFrame id={id} title={title} note={note} controls={showAll || null} table={table}>
      <Lines {...props} brushes={brushes} onBrush={setBrushes} keptIds={new Set(kept.map((line) => line.id))} />
    </ChartFrame>
  );
}

function Lines({
  title,
  axes,
  lines,
  scoreLabel,
  higherIsBetter,
  onOpen,
  brushes,
  onBrush,
  keptIds,
}: ParallelChartProps & { brushes: Brushes; onBrush: (brushes: Brushes) => void; keptIds: ReadonlySet<string> }) {
  const [box, width] = useWidth();
  const [active, setActive] = useState<number | null>(null);
  const readingId = useId();
  const scores = lines.map((line) => line.score);
  const all = [
    ...axes,
    {
      name: 'score',
      label: scoreLabel,
      ends: [formatScore(Math.min(...scores)), formatScore(Math.max(...scores))] as const,
    },
  ];
  const inner = Math.max(width, all.length * 92);
  const x = (at: number) => side + (all.length < 2 ? 0 : (at * (inner - 2 * side)) / (all.length - 1));
  const y = (position: number) => height - bottom - position * (height - top - bottom);
  const shown = active === null ? undefined : lines[Math.min(active, lines.length - 1)];
  const onKey = (event: KeyboardEvent) => {
    const last = lines.length - 1;
    // from the best, which is drawn last, to the worse ones
    const steps: Record<string, number | null> = {
      ArrowRight: active === null ? last : Math.max(0, active - 1),
      ArrowDown: active === null ? last : Math.max(0, active - 1),
      ArrowLeft: active === null ? last : Math.min(last, active + 1),
      ArrowUp: active === null ? last : Math.min(last, active + 1),
      Home: last,
      End: 0,
      Escape: null,
    };
    if (event.key === 'Enter' && shown && onOpen) onOpen(shown.id);
    else if (event.key in steps) setActive(steps[event.key] ?? null);
    else return;
    event.preventDefault();
  };
  return (
    <div ref={box} className="min-w-0">
      <CursorArea
        label={`${title}. Arrow keys go from the best trial to the worse ones.`}
        readingId={readingId}
        className="overflow-x-auto"
        onKeyDown={onKey}
        onLeave={() => setActive(null)}
      >
        {width > 0 ? (
          <svg width={inner} height={height} role="presentation">
            {lines.map((line, index) => {
              const position = scorePosition(lines, line.score);
              const places = [...line.values.map((value) => value.position), position];
              const path = places.map((place, at) => `${at === 0 ? 'M' : 'L'}${x(at)} ${y(place)}`).join('');
              const good = higherIsBetter ? position : 1 - position;
              const isShown = line === shown;
              return (
                // biome-ignore lint/a11y/noStaticElementInteractions: the group around takes the keys
                <path
                  key={line.id}
                  d={path}
                  fill="none"
                  className={onOpen ? 'cursor-pointer' : ''}
                  stroke={isShown ? 'var(--ink)' : keptIds.has(line.id) ? 'var(--accent)' : 'var(--line-strong)'}
                  strokeWidth={isShown ? 2.5 : 1.5}
                  opacity={isShown ? 1 : keptIds.has(line.id) ? 0.2 + 0.75 * good ** 2 : 0.35}
                  onMouseEnter={() => setActive(index)}
                  onClick={() => onOpen?.(line.id)}
                />
              );
            })}
            {all.map((axis, at) => (
              <Axis
                key={axis.name}
                axis={axis}
                x={x(at)}
                step={all.length < 2 ? inner : (inner - 2 * side) / (all.length - 1)}
                y={y}
                brush={brushes[at]}
                onBrush={(brush) => {
                  const { [at]: _, ...others } = brushes;
                  onBrush(brush ? { ...others, [at]: brush } : others);
                }}
              />
            ))}
          </svg>
        ) : null}
      </CursorArea>
      <p id={readingId} aria-live="polite" className="wrap-anywhere min-h-8 text-ink-2 text-small">
        {shown
          ? `${shown.label}: ${axes.map((axis, at) => `${axis.label} ${shown.values[at]?.word}`).join(', ')}; ${scoreLabel} ${formatScore(shown.score)}`
          : 'Drag along an axis to keep the trials that pass there.'}
      </p>
    </div>
  );
}

function Axis({
  axis,
  x,
  step,
  y,
  brush,
  onBrush,
}: {
  axis: ParallelChartAxis;
  x: number;
  step: number;
  y: (position: number) => number;
  brush: readonly [number, number] | undefined;
  onBrush: (brush: readonly [number, number] | null) => void;
}) {
  const [from, setFrom] = useState<number | null>(null);
  const positionAt = (event: { clientY: number; currentTarget: Element }) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, 1 - (event.clientY - box.top) / box.height));
  };
  const letters = Math.max(6, Math.floor(step / 6.4));
  return (
    <g>
      <title>{axis.label}</title>
      <text x={x} y={14} textAnchor="middle" fontSize={11} fill="var(--ink)">
        {clip(axis.label, letters)}
      </text>
      <text x={x} y={top - 12} textAnchor="middle" fontSize={11} fill="var(--ink-2)">
        {clip(axis.ends[1], letters)}
      </text>
      <text x={x} y={height - 8} textAnchor="middle" fontSize={11} fill="var(--ink-2)">
        {clip(axis.ends[0], letters)}
      </text>
      <line x1={x} x2={x} y1={y(0)} y2={y(1)} stroke="var(--ink-3)" />
      {brush ? (
        <rect
          x={x - 6}
          width={12}
          y={y(brush[1])}
          height={Math.max(3, y(brush[0]) - y(brush[1]))}
          fill="var(--accent)"
          opacity={0.35}
        />
      ) : null}
      <rect
        x={x - 10}
        width={20}
        y={y(1)}
        height={y(0) - y(1)}
        fill="transparent"
        className="cursor-row-resize"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(positionAt(event));
          onBrush(null);
        }}
        onPointerMove={(event) => {
          if (from === null) return;
          const to = positionAt(event);
          if (Math.abs(to - from) > 0.01) onBrush([Math.min(from, to), Math.max(from, to)]);
        }}
        onPointerUp={() => setFrom(null)}
      />
    </g>
  );
}

function scorePosition(lines: readonly ParallelChartLine[], score: number): number {
  const scores = lines.map((line) => line.score);
  const low = Math.min(...scores);
  const high = Math.max(...scores);
  return high === low ? 0.5 : (score - low) / (high - low);
}

function inside(line: ParallelChartLine, brushes: Brushes, score: number): boolean {
  return Object.entries(brushes).every(([at, [low, high]]) => {
    const position = line.values[Number(at)]?.position ?? score;
    return position >= low && position <= high;
  });
}

function clip(text: string, letters: number): string {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}
