import type { EngineEvent } from '@laurel/automl';
import type { TrialProgress } from '../engine.ts';

const leastMs = 250;
const mostPoints = 60;

/** Turns the engine's events into progress for people: at most four a second, curves thinned to 60 points. */
export function createProgress(now: () => number, emit: (progress: TrialProgress) => void) {
  let fold = 0;
  let folds = 1;
  let curve: [number, number][] = [];
  let sentAt = Number.NEGATIVE_INFINITY;
  return (event: EngineEvent): void => {
    if (event.type === 'fold-started') {
      fold = event.fold;
      folds = event.folds;
      curve = [];
    }
    if (event.type === 'iteration' && Number.isFinite(event.score)) curve.push([event.iteration, event.score]);
    if (now() - sentAt < leastMs) return;
    sentAt = now();
    emit({ fold, folds, curve: thin(curve) });
  };
}

/** Every n-th point, and always the last. */
function thin(points: [number, number][]): [number, number][] {
  if (points.length <= mostPoints) return [...points];
  const step = (points.length - 1) / (mostPoints - 1);
  return Array.from({ length: mostPoints }, (_, i) => points[Math.round(i * step)]!);
}
