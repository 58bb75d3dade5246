export type Point = [x: number, y: number];

/**
 * At most `maxPoints` of a curve's points, in order: both ends, the corners of its upper convex hull (where the best
 * thresholds are), and the rest spread evenly along the length of the curve.
 */
export function thinCurve(points: readonly Point[], maxPoints = 200): Point[] {
  if (points.length <= maxPoints) return points.map(([x, y]) => [x, y]);
  const kept = new Set<number>([0, points.length - 1]);
  const hull = upperHull(points);
  const hullStep = Math.max(1, hull.length / (maxPoints / 2));
  for (let i = 0; i < hull.length; i += hullStep) kept.add(hull[Math.floor(i)] as number);
  addByLength(points, kept, maxPoints);
  return [...kept].sort((a, b) => a - b).map((i) => [...(points[i] as Point)] as Point);
}

/** Indices of the upper convex hull of points whose x never decreases. */
function upperHull(points: readonly Point[]): number[] {
  const hull: number[] = [];
  for (let i = 0; i < points.length; i++) {
    while (
      hull.length >= 2 &&
      !turnsDown(points, hull[hull.length - 2] as number, hull[hull.length - 1] as number, i)
    ) {
      hull.pop();
    }
    hull.push(i);
  }
  return hull;
}

function turnsDown(points: readonly Point[], a: number, b: number, c: number): boolean {
  const [ax, ay] = points[a] as Point;
  const [bx, by] = points[b] as Point;
  const [cx, cy] = points[c] as Point;
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) < 0;
}

function addByLength(points: readonly Point[], kept: Set<number>, maxPoints: number): void {
  const lengths = new Float64Array(points.length);
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1] as Point;
    const [x1, y1] = points[i] as Point;
    lengths[i] = (lengths[i - 1] as number) + Math.hypot(x1 - x0, y1 - y0);
  }
  const free = maxPoints - kept.size;
  const step = (lengths[points.length - 1] as number) / (free + 1);
  let next = step;
  for (let i = 1; i < points.length && kept.size < maxPoints; i++) {
    if ((lengths[i] as number) < next) continue;
    kept.add(i);
    next = (lengths[i] as number) + step;
  }
}
