'use client';
import type { ChartSpec } from '@laurel/contracts';
import clsx from 'clsx';
import { type Key, type KeyboardEvent, type MouseEvent, useMemo, useRef, useState } from 'react';
import { Area, Bar, CartesianGrid, ComposedChart, ErrorBar, Line, XAxis, YAxis } from 'recharts';
import { formatDate, formatNumber, nothing } from '../format.ts';
import { CursorMark, type Geometry, GeometryProbe, HistogramBars, Points, Rule } from './layers.tsx';
import { Marker, seriesLook } from './palette.tsx';
import { type Axis, categories, mergeRows, numberAxis, tickWord, xNumbers, yValues } from './scale.ts';
import { cursorStops, nearestStop, type Stop } from './stops.ts';
import { useWidth } from './width.ts';

export type ChartHeight = 'small' | 'medium' | 'large';
const pixels: Record<ChartHeight, number> = { small: 180, medium: 264, large: 380 };

export interface PlotProps {
  spec: ChartSpec;
  hidden: ReadonlySet<string>;
  height: ChartHeight;
  /** Enter or a click at the cursor, with the series and the index of the point in it */
  onPick?: ((stop: Stop) => void) | undefined;
}

/** Axes, marks and the cursor of a chart. Hover and the arrow keys move the same cursor. */
export function Plot({ spec, hidden, height, onPick }: PlotProps) {
  const [box, width] = useWidth();
  const [active, setActive] = useState<number | null>(null);
  const geometry = useRef<Geometry | null>(null);
  const horizontal = spec.horizontal === true;
  const stops = useMemo(() => cursorStops(spec, hidden, formatX), [spec, hidden]);
  const stop = active === null ? undefined : stops[Math.min(active, stops.length - 1)];
  const tall = horizontal ? Math.max(pixels.small, 56 + categories(spec).length * 26) : pixels[height];

  const place = (candidate: Stop) => {
    const now = geometry.current;
    const value = candidate.items.find((item) => item.y !== null)?.y ?? 0;
    const x = horizontal ? now?.x(value) : now?.x(candidate.x);
    const y = horizontal ? now?.y(candidate.x) : now?.y(value);
    return x === undefined || y === undefined ? null : { x, y };
  };
  const onMouse = (event: MouseEvent<HTMLElement>) => {
    const from = event.currentTarget.getBoundingClientRect();
    const at = { x: event.clientX - from.left, y: event.clientY - from.top };
    setActive(nearestStop(stops, place, at, horizontal ? 'y' : 'x'));
  };
  const onKey = (event: KeyboardEvent) => {
    const next = keyTarget(event.key, active, stops.length);
    if (event.key === 'Escape') setActive(null);
    else if (event.key === 'Enter' && stop && onPick) onPick(stop);
    else if (next === null) return;
    else setActive(next);
    event.preventDefault();
  };

  return (
    <div ref={box} className="relative w-full min-w-0">
      {/* biome-ignore lint/a11y/useSemanticElements: a chart with a cursor is not a fieldset */}
      <div
        role="group"
        aria-label={`${spec.title}. Arrow keys move along the values; the button View as table shows all of them.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the cursor of the chart is moved by the arrow keys
        tabIndex={0}
        className={clsx('relative rounded', horizontal ? '' : heightClass[height], stop && onPick && 'cursor-pointer')}
        style={horizontal ? { height: tall } : undefined}
        onKeyDown={onKey}
        onMouseMove={onMouse}
        onMouseLeave={() => setActive(null)}
        onBlur={() => setActive(null)}
        onClick={() => stop && onPick?.(stop)}
      >
        {width > 0 ? (
          <Drawing spec={spec} hidden={hidden} width={width} height={tall} stop={stop} geometry={geometry} />
        ) : null}
        {stop ? <Reading stop={stop} spec={spec} at={place(stop)} width={width} /> : null}
      </div>
    </div>
  );
}

const heightClass: Record<ChartHeight, string> = { small: 'h-[180px]', medium: 'h-[264px]', large: 'h-[380px]' };

function keyTarget(key: string, active: number | null, length: number): number | null {
  if (length === 0) return null;
  const big = Math.max(1, Math.round(length / 10));
  const now = active ?? -1;
  switch (key) {
    case 'ArrowRight':
    case 'ArrowDown':
      return Math.min(length - 1, now + 1);
    case 'ArrowLeft':
    case 'ArrowUp':
      return Math.max(0, (active ?? length) - 1);
    case 'PageDown':
      return Math.min(length - 1, now + big);
    case 'PageUp':
      return Math.max(0, now - big);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return null;
  }
}

interface DrawingProps {
  spec: ChartSpec;
  hidden: ReadonlySet<string>;
  width: number;
  height: number;
  stop: Stop | undefined;
  geometry: { current: Geometry | null };
}

function Drawing({ spec, hidden, width, height, stop, geometry }: DrawingProps) {
  const horizontal = spec.horizontal === true;
  const rows = useMemo(() => mergeRows(spec), [spec]);
  const yAxis = numberAxis(yValues(spec, hidden), spec.y, height < 200 || (horizontal && width < 500) ? 4 : 5);
  const numeric = spec.x.kind !== 'category';
  const xAxis = numeric ? numberAxis(xNumbers(spec, hidden), spec.x, width < 420 ? 4 : 6) : null;
  const names = numeric ? [] : categories(spec);
  const value = {
    type: 'number' as const,
    domain: yAxis.domain,
    ticks: yAxis.ticks,
    scale: spec.y.scale,
    tickFormatter: (tick: number) => tickWord(tick, yAxis.ticks, spec.y),
  };
  const span = xAxis ? exactDomain(spec, hidden, xAxis.domain) : null;
  // a tick outside the exact domain would be drawn over the other axis
  const xTicks = xAxis && span ? xAxis.ticks.filter((tick) => tick >= span[0] && tick <= span[1]) : [];
  const place = span
    ? {
        type: 'number' as const,
        domain: span,
        ticks: xTicks,
        scale: spec.x.scale,
        tickFormatter: (tick: number) => tickWord(tick, xTicks, spec.x),
      }
    : { type: 'category' as const, tickFormatter: (name: string) => clip(name, horizontal ? 24 : 14) };
  const look = { axisLine: false, tickLine: false, tick: tickLook, allowDataOverflow: true } as const;
  const yWords = horizontal
    ? names.map((name) => clip(name, 24))
    : yAxis.ticks.map((tick) => tickWord(tick, yAxis.ticks, spec.y));
  const yWidth = Math.max(28, 14 + Math.max(0, ...yWords.map((word) => word.length)) * letterWidth);
  const first = horizontal ? value : place;
  const second = horizontal ? place : value;
  const ticks = numeric || horizontal ? null : categoryTicks(names, width - yWidth - 14);
  return (
    <ComposedChart
      data={rows}
      width={width}
      height={height}
      layout={horizontal ? 'vertical' : 'horizontal'}
      margin={{ top: 8, right: 14, bottom: 0, left: 0 }}
      accessibilityLayer={false}
      barCategoryGap="22%"
      barGap={1}
    >
      <CartesianGrid stroke="var(--line)" vertical={horizontal} horizontal={!horizontal} />
      <XAxis
        {...look}
        {...first}
        {...(horizontal ? {} : { dataKey: 'x' })}
        height={24}
        minTickGap={8}
        interval="preserveStart"
        {...ticks}
      />
      <YAxis {...look} {...second} {...(horizontal ? { dataKey: 'x' } : {})} width={yWidth} interval={0} />
      {spec.series.map((series, index) => (hidden.has(series.id) ? null : mark(spec, series, index, numeric)))}
      {stop ? <CursorMark stop={stop} spec={spec} horizontal={horizontal} /> : null}
      <GeometryProbe
        onGeometry={(now) => {
          geometry.current = now;
        }}
      />
    </ComposedChart>
  );
}

const tickLook = { fill: 'var(--ink-2)', fontSize: 11 };
/** of a letter in a tick, on average */
const letterWidth = 6.3;

/** Names under their bars as long as they fit, then slanted, then only some of them. */
function categoryTicks(names: readonly string[], width: number) {
  const longest = Math.max(0, ...names.map((name) => clip(name, 14).length)) * letterWidth;
  const band = width / Math.max(1, names.length);
  if (longest + 4 <= band) return { interval: 0 } as const;
  if (band < 13) return { interval: 'preserveStartEnd' } as const;
  return { interval: 0, angle: -45, textAnchor: 'end', height: 18 + longest * Math.SQRT1_2 } as const;
}

/** A line chart ends where its data ends; round ticks need not be its edges. Scatters keep the round ones. */
function exactDomain(spec: ChartSpec, hidden: ReadonlySet<string>, round: [number, number]): [number, number] {
  if (spec.x.domain || spec.x.scale === 'log' || spec.series.some((series) => series.mark === 'point')) return round;
  const xs = xNumbers(spec, hidden);
  const low = Math.min(...xs);
  const high = Math.max(...xs);
  return low < high ? [low, high] : round;
}

function mark(spec: ChartSpec, series: ChartSpec['series'][number], index: number, numeric: boolean) {
  const look = seriesLook(series, index);
  const base = { dataKey: series.id, isAnimationActive: false, name: series.label } as const;
  const opacity = series.faint ? 0.35 : 1;
  switch (series.mark) {
    case 'line':
    case 'step':
      return (
        <Line
          key={series.id}
          {...base}
          type={series.mark === 'step' ? 'stepAfter' : 'linear'}
          // faint lines without a colour of their own are the background: grey, however many
          stroke={series.faint && series.color === undefined ? 'var(--ink-3)' : look.color}
          strokeWidth={series.faint ? 1 : 1.75}
          strokeOpacity={opacity}
          strokeDasharray={series.faint ? '' : look.dash}
          connectNulls
          activeDot={false}
          dot={
            series.mark === 'line' && !series.faint && series.points.length <= 24
              ? ({
                  cx,
                  cy,
                  key,
                }: {
                  cx?: number | undefined;
                  cy?: number | undefined;
                  key?: Key | null | undefined;
                }) =>
                  cx === undefined || cy === undefined ? null : (
                    <Marker key={key} x={cx} y={cy} shape={look.shape} color={look.color} size={3} />
                  )
              : false
          }
        />
      );
    case 'area':
    case 'band':
      return (
        <Area
          key={series.id}
          {...base}
          type="linear"
          stroke={series.mark === 'band' ? 'none' : look.color}
          strokeWidth={1.5}
          fill={look.color}
          fillOpacity={series.mark === 'band' ? 0.14 : 0.2}
          connectNulls
          activeDot={false}
        />
      );
    case 'bar':
      return numeric ? (
        <HistogramBars key={series.id} series={series} index={index} />
      ) : (
        <Bar key={series.id} {...base} fill={look.color} fillOpacity={series.faint ? 0.3 : 0.8} maxBarSize={44}>
          {series.points.some((point) => typeof point.low === 'number') ? (
            <ErrorBar
              dataKey={`${series.id}:error`}
              width={4}
              stroke="var(--ink)"
              strokeWidth={1}
              direction={spec.horizontal ? 'x' : 'y'}
              isAnimationActive={false}
            />
          ) : null}
        </Bar>
      );
    case 'point':
      return <Points key={series.id} series={series} index={index} />;
    case 'rule':
      return <Rule key={series.id} series={series} horizontal={spec.horizontal === true} />;
  }
}

/** What stands at the cursor, as a small layer beside it and aloud. */
function Reading({
  stop,
  spec,
  at,
  width,
}: {
  stop: Stop;
  spec: ChartSpec;
  at: { x: number; y: number } | null;
  width: number;
}) {
  const items = stop.items.slice(0, 10);
  const right = at !== null && at.x > width / 2;
  return (
    <div
      aria-live="polite"
      className={clsx(
        'pointer-events-none absolute top-1 z-10 w-max max-w-[min(18rem,70%)] rounded-sm bg-surface px-2.5 py-1.5 text-small shadow-float',
        right && '-translate-x-full',
      )}
      style={at ? { left: at.x + (right ? -12 : 12) } : undefined}
    >
      <p className="wrap-anywhere font-medium">{stop.title}</p>
      {items.map((item) => (
        <p key={item.seriesId} className="flex items-center gap-1.5 text-ink-2">
          <SeriesKey series={spec.series[item.seriesIndex]!} index={item.seriesIndex} />
          <span className="min-w-0 truncate">{item.label}</span>
          <span className="ml-auto pl-2 text-ink tabular-nums">{reading(item, spec.y)}</span>
        </p>
      ))}
    </div>
  );
}

function reading(item: Stop['items'][number], axis: Axis): string {
  const unit = axis.unit ? ` ${axis.unit}` : '';
  if (item.y === null) return nothing;
  if (typeof item.y2 === 'number') return `${formatX(item.y, axis)} to ${formatX(item.y2, axis)}${unit}`;
  const interval =
    typeof item.low === 'number' && typeof item.high === 'number'
      ? ` (${formatX(item.low, axis)} to ${formatX(item.high, axis)})`
      : '';
  return `${formatNumber(item.y, 4)}${unit}${interval}`;
}

/** The colour, dash and marker of a series at the size of a word. */
export function SeriesKey({ series, index }: { series: ChartSpec['series'][number]; index: number }) {
  const look = seriesLook(series, index);
  const line = series.mark === 'line' || series.mark === 'step';
  return (
    <svg width={18} height={10} aria-hidden="true" className="shrink-0">
      {line ? (
        <line x1={0} x2={18} y1={5} y2={5} stroke={look.color} strokeWidth={2} strokeDasharray={look.dash} />
      ) : null}
      {series.mark === 'rule' ? (
        <line x1={0} x2={18} y1={5} y2={5} stroke="var(--ink-3)" strokeDasharray="4 4" />
      ) : null}
      {series.mark === 'point' || (series.mark === 'line' && series.points.length <= 24) ? (
        <Marker x={9} y={5} shape={look.shape} color={look.color} size={3} hollow={series.faint} />
      ) : null}
      {series.mark === 'bar' || series.mark === 'area' || series.mark === 'band' ? (
        <rect x={3} y={1} width={12} height={8} rx={1} fill={look.color} opacity={series.mark === 'bar' ? 0.8 : 0.3} />
      ) : null}
    </svg>
  );
}

export function formatX(value: number | string, axis: Axis): string {
  if (typeof value === 'string') return value;
  return axis.kind === 'time' ? formatDate(value) : formatNumber(value);
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
