import type { ModelView, PairedComparison } from '@laurel/contracts';

/** Whether all predict the same column in the same way, so that their curves can share axes. */
export function sameTask([first, ...others]: readonly ModelView[]): boolean {
  return others.every((model) => model.task === first?.task && model.target === first.target);
}

/** The score in the metric of the comparison, with its interval when it is the model's own. */
export function scoreIn(model: ModelView, metricId: string): ModelView['score'] {
  if (model.metric.id === metricId) return model.score;
  return { mean: model.metrics[metricId] ?? null, std: null, ciLow: null, ciHigh: null };
}

/** The comparison of `other` with `base`, whichever way it was computed. */
export function pairOf(pairs: readonly PairedComparison[], base: string, other: string): PairedComparison | null {
  const forward = pairs.find((pair) => pair.a === base && pair.b === other);
  if (forward) return forward;
  const backward = pairs.find((pair) => pair.a === other && pair.b === base);
  if (!backward) return null;
  const negate = (value: number | null) => (value === null ? null : -value);
  return {
    ...backward,
    a: base,
    b: other,
    delta: negate(backward.delta),
    ciLow: negate(backward.ciHigh),
    ciHigh: negate(backward.ciLow),
  };
}

/** The best of some scores; null when there is none. */
export function bestOf(values: readonly (number | null)[], higherIsBetter: boolean): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  return higherIsBetter ? Math.max(...known) : Math.min(...known);
}
