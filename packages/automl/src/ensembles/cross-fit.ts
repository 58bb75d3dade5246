import { isBetter } from '@laurel/evaluation';
import { crossParts } from '../finish/cross-folds.ts';
import { metricOf, outputsOf } from '../scoring.ts';
import type { EngineContext, PreparedData } from '../types.ts';
import type { RowCandidates } from './members.ts';
import { mixtureScore } from './mixtures.ts';

/** Each part of the rows as weights predict it that were chosen on the other parts. */
export interface CrossFitted {
  parts: Int8Array;
  count: number;
  /** rows x outputs */
  mixture: Float64Array;
  /** better than choosing the best single model on the same other parts */
  isBetterThanBest: boolean;
}

/**
 * The guard of the ensemble. Both sides of the comparison choose on four fifths of the rows and are scored on the last:
 * the best single model by its score on all rows would be compared with the luck of having been chosen on them.
 */
export async function crossFitted(
  prepared: PreparedData,
  candidates: RowCandidates,
  seed: number,
  context: EngineContext,
  select: (rows: RowCandidates, part: number, parts: number) => number[],
): Promise<CrossFitted> {
  const { plan } = prepared;
  const outputs = outputsOf(plan);
  const metric = metricOf(plan.metric);
  const { parts, count } = crossParts(prepared, candidates.rows, seed);
  const mixture = new Float64Array(candidates.rows.length * outputs);
  const single = new Float64Array(mixture.length);
  const all = Int32Array.from(parts.keys());
  for (let part = 0; part < count; part++) {
    context.signal?.throwIfAborted();
    const others = candidates.at(all.filter((i) => parts[i] !== part));
    const own = all.filter((i) => parts[i] === part);
    mixInto(mixture, select(others, part, count), candidates.predictions, own, outputs);
    const { parts: views, score } = mixtureScore(plan, others);
    const best = views.reduce((at, view, m) => (isBetter(metric, score(view), score(views[at]!)) ? m : at), 0);
    mixInto(single, oneOf(views.length, best), candidates.predictions, own, outputs);
  }
  const [ours, theirs] = [mixture, single].map((values) => {
    const { parts: views, score } = mixtureScore(plan, { ...candidates, predictions: [values] });
    return score(views[0]!);
  });
  return { parts, count, mixture, isBetterThanBest: isBetter(metric, ours!, theirs!) };
}

function oneOf(count: number, index: number): number[] {
  return Array.from({ length: count }, (_, m) => (m === index ? 1 : 0));
}

/** Weighted sums in the order of the members, for some rows. */
function mixInto(
  into: Float64Array,
  weights: readonly number[],
  predictions: readonly Float64Array[],
  rows: Int32Array,
  outputs: number,
): void {
  for (const row of rows) {
    for (let i = row * outputs; i < (row + 1) * outputs; i++) {
      let sum = 0;
      for (let m = 0; m < weights.length; m++) if (weights[m]! > 0) sum += weights[m]! * predictions[m]![i]!;
      into[i] = sum;
    }
  }
}
