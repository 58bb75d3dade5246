'use client';
import type { ChartSpec } from '@laurel/contracts';
import { useEffect } from 'react';
import { usePlotArea, useXAxisScale, useYAxisScale } from 'recharts';
import { Marker, seriesLook } from './palette.tsx';
import { barWidth } from './scale.ts';
import type { Stop } from './stops.ts';

type Series = ChartSpec['series'][number];

/** Pixels of data values; `x` and `y` are those of the screen, also when the chart lies on its side. */
export interface Geometry {
  x: (value: number | string) => number | undefined;
  y: (value: number | string) => number | undefined;
  area: { x: number; y: number; width: number; height: number };
}

function useGeometry(): Geometry | null {
  const area = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (!area || !xScale || !yScale) return null;
  return {
    x: (value) => xScale(value, { position: 'middle' }),
    y: (value) => yScale(value, { position: 'middle' }),
    area,
  };
}

/** Hands the chart's geometry to whoever needs it outside the SVG. */
export function GeometryProbe({ onGeometry }: { onGeometry: (geometry: Geometry) => void }) {
  const geometry = useGeometry();
  useEffect(() => {
    if (geometry) onGeometry(geometry);
  });
  return null;
}

/** Bars on a number axis: as wide as the distance of their centres. recharts only knows bars of categories. */
export function HistogramBars({ series, index }: { series: Series; index: number }) {
  const geometry = useGeometry();
  if (!geometry) return null;
  const half = barWidth(series.points) / 2;
  const look = seriesLook(series, index);
  return (
    <g>
      {series.points.map((point) => {
        if (point.y === null || typeof point.x !== 'number') return null;
        const left = geometry.x(point.x - half);
        const right = geometry.x(point.x + half);
        const top = geometry.y(Math.max(0, point.y));
        const bottom = geometry.y(Math.min(0, point.y));
        if (left === undefined || right === undefined || top === undefined || bottom === undefined) return null;
        const gap = right - left > 4 ? 0.5 : 0;
        return (
          <rect
            key={point.x}
            x={left + gap}
            width={Math.max(1, right - left - 2 * gap)}
            y={top}
            height={Math.max(point.y === 0 ? 0 : 1, bottom - top)}
            fill={look.color}
            opacity={series.faint ? 0.25 : 0.75}
          />
        );
      })}
    </g>
  );
}

/** Points of a scatter; `faint` series are hollow. */
export function Points({ series, index }: { series: Series; index: number }) {
  const geometry = useGeometry();
  if (!geometry) return null;
  const look = seriesLook(series, index);
  const many = series.points.length > 300;
  return (
    <g>
      {series.points.map((point, at) => {
        const x = geometry.x(point.x);
        const y = point.y === null ? undefined : geometry.y(point.y);
        if (x === undefined || y === undefined || !within(geometry.area, x, y)) return null;
        return (
          <g key={`${point.x}:${point.y}:${point.label ?? at}`}>
            <Interval geometry={geometry} x={x} low={point.low} high={point.high} color={look.color} />
            <Marker
              x={x}
              y={y}
              shape={many ? 'circle' : look.shape}
              color={look.color}
              size={many ? 2 : 3.5}
              hollow={series.faint}
              opacity={many ? 0.45 : undefined}
            />
          </g>
        );
      })}
    </g>
  );
}

/** A point beyond a given domain is not drawn over the axes. */
function within(area: Geometry['area'], x: number, y: number): boolean {
  return x >= area.x - 1 && x <= area.x + area.width + 1 && y >= area.y - 1 && y <= area.y + area.height + 1;
}

function Interval({
  geometry,
  x,
  low,
  high,
  color,
}: {
  geometry: Geometry;
  x: number;
  low: number | null | undefined;
  high: number | null | undefined;
  color: string;
}) {
  if (typeof low !== 'number' || typeof high !== 'number') return null;
  return <line x1={x} x2={x} y1={geometry.y(low)} y2={geometry.y(high)} stroke={color} strokeWidth={1} />;
}

/** A reference: two points are a segment; one point with y a level; one point without y a place on the x axis. */
export function Rule({ series, horizontal }: { series: Series; horizontal: boolean }) {
  const geometry = useGeometry();
  const [first, second] = series.points;
  if (!geometry || !first) return null;
  const { area } = geometry;
  let ends: { x1: number | undefined; y1: number | undefined; x2: number | undefined; y2: number | undefined };
  if (second && first.y !== null && second.y !== null) {
    ends = { x1: geometry.x(first.x), y1: geometry.y(first.y), x2: geometry.x(second.x), y2: geometry.y(second.y) };
  } else if (first.y !== null) {
    const at = horizontal ? geometry.x(first.y) : geometry.y(first.y);
    ends = horizontal
      ? { x1: at, x2: at, y1: area.y, y2: area.y + area.height }
      : { x1: area.x, x2: area.x + area.width, y1: at, y2: at };
  } else {
    const at = geometry.x(first.x);
    ends = { x1: at, x2: at, y1: area.y, y2: area.y + area.height };
  }
  return <line {...ends} stroke="var(--ink-3)" strokeDasharray="4 4" />;
}

/** Where the cursor stands: a hairline and a ring on every value there. */
export function CursorMark({ stop, spec, horizontal }: { stop: Stop; spec: ChartSpec; horizontal: boolean }) {
  const geometry = useGeometry();
  if (!geometry) return null;
  const { area } = geometry;
  const along = horizontal ? geometry.y(stop.x) : geometry.x(stop.x);
  if (along === undefined) return null;
  return (
    <g pointerEvents="none">
      {horizontal ? (
        <line x1={area.x} x2={area.x + area.width} y1={along} y2={along} stroke="var(--line-strong)" />
      ) : (
        <line x1={along} x2={along} y1={area.y} y2={area.y + area.height} stroke="var(--line-strong)" />
      )}
      {stop.items.map((item) => {
        const series = spec.series[item.seriesIndex]!;
        if (item.y === null || series.mark === 'bar' || series.mark === 'band') return null;
        const across = horizontal ? geometry.x(item.y) : geometry.y(item.y);
        const x = horizontal ? across : along;
        const y = horizontal ? along : across;
        if (x === undefined || y === undefined || !within(area, x, y)) return null;
        return (
          <circle
            key={item.seriesId}
            cx={x}
            cy={y}
            r={stop.point ? 6.5 : 4}
            fill={stop.point ? 'none' : seriesLook(series, item.seriesIndex).color}
            stroke="var(--ink)"
            strokeWidth={1.5}
          />
        );
      })}
    </g>
  );
}
