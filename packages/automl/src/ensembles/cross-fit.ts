import { isBetter, takeRows } from '@laurel/evaluation';
import { createRandom, deriveSeed } from '@laurel/tabular';
import { crossParts } from '../finish/cross-folds.ts';
import { pooledMean } from '../pooling.ts';
import { metricOf, outputsOf, type ScoringPlan } from '../scoring.ts';
import type { EngineContext, PreparedData } from '../types.ts';
import type { RowCandidates } from './members.ts';
import { mixtureScore } from './mixtures.ts';

/** Rows of the other parts that weights are chosen on. */
const mostRows = 20_000;

/** Each part of the rows as weights predict it that were chosen on the other parts. */
export interface CrossFitted {
  parts: Int8Array;
  count: number;
  /** rows x outputs */
  mixture: Float64Array;
  /** rows x outputs: the best single model, chosen on the same other parts */
  single: Float64Array;
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
    const others = candidates.at(
      sampled(
        all.filter((i) => parts[i] !== part),
        deriveSeed(seed, 'others', part),
      ),
    );
    const own = all.filter((i) => parts[i] === part);
    mixInto(mixture, select(others, part, count), candidates.predictions, own, outputs);
    const { parts: views, score } = mixtureScore(plan, others);
    const best = views.reduce((at, view, m) => (isBetter(metric, score(view), score(views[at]!)) ? m : at), 0);
    mixInto(single, oneOf(views.length, best), candidates.predictions, own, outputs);
  }
  return { parts, count, mixture, single };
}

/**
 * True when one set of cross-fitted predictions is better than another in the mean over the parts. Within a part all
 * rows are predicted by the same weights, so that metrics of order compare what belongs together.
 */
export function isBetterByParts(
  plan: ScoringPlan,
  candidates: RowCandidates,
  { parts, count }: Pick<CrossFitted, 'parts' | 'count'>,
  ours: Float64Array,
  theirs: Float64Array,
): boolean {
  const outputs = outputsOf(plan);
  const [sums, all] = [[0, 0], Int32Array.from(parts.keys())];
  for (let part = 0; part < count; part++) {
    const own = all.filter((i) => parts[i] === part);
    const { target, weights } = candidates.at(own);
    const scores = [ours, theirs].map((values) => {
      const predictions = [takeRows(values, own, outputs)];
      const { parts: views, score } = mixtureScore(plan, { target, predictions, weights });
      return score(views[0]!);
    });
    if (scores.every(Number.isFinite))
      scores.forEach((score, side) => {
        sums[side]! += score * own.length;
      });
  }
  return isBetter(metricOf(plan.metric), sums[0]!, sums[1]!);
}

function sampled(positions: Int32Array, seed: number): Int32Array {
  if (positions.length <= mostRows) return positions;
  return createRandom(seed).shuffle(positions.slice()).slice(0, mostRows).sort();
}

function oneOf(count: number, index: number): number[] {
  return Array.from({ length: count }, (_, m) => (m === index ? 1 : 0));
}

/** What the members make together, in their order, for some rows: as an ensemble answers. */
function mixInto(
  into: Float64Array,
  weights: readonly number[],
  predictions: readonly Float64Array[],
  rows: Int32Array,
  outputs: number,
): void {
  const used = weights.flatMap((weight, m) => (weight > 0 ? [{ weight, values: predictions[m]! }] : []));
  const mixed = pooledMean(used, outputs, ({ values }) => takeRows(values, rows, outputs));
  rows.forEach((row, i) => {
    into.set(mixed.subarray(i * outputs, (i + 1) * outputs), row * outputs);
  });
}
