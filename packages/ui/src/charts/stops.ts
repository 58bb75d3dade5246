import type { ChartSpec } from '@laurel/contracts';
import type { Axis } from './scale.ts';

export interface StopItem {
  seriesId: string;
  seriesIndex: number;
  label: string;
  y: number | null;
  y2?: number | null | undefined;
  low?: number | null | undefined;
  high?: number | null | undefined;
}

/** A place where the cursor can stand: an x with the values of all series there, or a single point of a scatter. */
export interface Stop {
  x: number | string;
  title: string;
  items: StopItem[];
  /** a point: the cursor is drawn at it, and the pointer looks for the nearest in both directions */
  point: boolean;
}

/** Where the cursor can go, in reading order, over the series that are not hidden. */
export function cursorStops(
  spec: ChartSpec,
  hidden: ReadonlySet<string>,
  format: (x: number | string, axis: Axis) => string,
): Stop[] {
  const visible = spec.series
    .map((series, index) => ({ series, index }))
    .filter(({ series }) => !hidden.has(series.id) && series.mark !== 'rule');
  const points = visible.filter(({ series }) => series.mark === 'point');
  const numeric = spec.x.kind !== 'category';
  if (points.length > 0) {
    const stops = points.flatMap(({ series, index }) =>
      series.points
        .filter((point) => point.y !== null)
        .map((point) => ({
          x: point.x,
          title: point.label ?? `${spec.x.label}: ${format(point.x, spec.x)}`,
          point: true,
          items: [{ seriesId: series.id, seriesIndex: index, ...point, label: series.label }],
        })),
    );
    return numeric ? stops.sort((a, b) => Number(a.x) - Number(b.x)) : stops;
  }
  const byX = new Map<number | string, Stop>();
  for (const { series, index } of visible) {
    if (series.faint && visible.length > 6) continue;
    for (const point of series.points) {
      let stop = byX.get(point.x);
      if (!stop) {
        stop = { x: point.x, title: `${spec.x.label}: ${format(point.x, spec.x)}`, items: [], point: false };
        byX.set(point.x, stop);
      }
      stop.items.push({ seriesId: series.id, seriesIndex: index, ...point, label: series.label });
    }
  }
  const stops = [...byX.values()];
  return numeric ? stops.sort((a, b) => Number(a.x) - Number(b.x)) : stops;
}

/** The stop nearest to a pixel; far points of a scatter (over 40 px) do not count. */
export function nearestStop(
  stops: readonly Stop[],
  place: (stop: Stop) => { x: number; y: number } | null,
  at: { x: number; y: number },
  along: 'x' | 'y',
): number | null {
  let best: number | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  stops.forEach((stop, index) => {
    const spot = place(stop);
    if (!spot) return;
    const distance = stop.point ? Math.hypot(spot.x - at.x, spot.y - at.y) : Math.abs(spot[along] - at[along]);
    if (distance < bestDistance && (!stop.point || distance <= 40)) {
      best = index;
      bestDistance = distance;
    }
  });
  return best;
}
