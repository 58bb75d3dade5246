import type { LearningCurves } from '@laurel/contracts';

const mostPoints = 200;

/**
 * The mean validation curve over folds. A fold that stopped earlier goes on with its last score, and the curve ends
 * where half of the folds have ended, so that it is not drawn by one fold alone.
 */
export function averageCurves(curves: readonly (readonly [number, number][])[]): LearningCurves['iterations'] {
  const usable = curves.map((curve) => curve.filter(([, score]) => Number.isFinite(score))).filter((c) => c.length > 0);
  if (usable.length === 0) return [];
  const ends = usable.map((curve) => curve.at(-1)![0]).sort((a, b) => a - b);
  const end = ends[Math.floor(ends.length / 2)]!;
  const iterations = [...new Set(usable.flatMap((curve) => curve.map(([iteration]) => iteration)))]
    .filter((iteration) => iteration <= end)
    .sort((a, b) => a - b);
  const positions = usable.map(() => 0);
  const points: [number, number][] = [];
  for (const iteration of iterations) {
    let sum = 0;
    let count = 0;
    usable.forEach((curve, index) => {
      while (positions[index]! < curve.length && curve[positions[index]!]![0] <= iteration) positions[index]!++;
      const last = curve[positions[index]! - 1];
      if (!last) return;
      sum += last[1];
      count++;
    });
    if (count === usable.length) points.push([iteration, sum / count]);
  }
  return [{ series: 'validation', points: thin(points) }];
}

function thin(points: [number, number][]): [number, number][] {
  if (points.length <= mostPoints) return points;
  const stride = (points.length - 1) / (mostPoints - 1);
  return Array.from({ length: mostPoints }, (_, i) => points[Math.round(i * stride)]!);
}
