import { createRandom, deriveSeed } from '@laurel/tabular';
import { outputsOf } from '../scoring.ts';
import type { EngineContext, PreparedData } from '../types.ts';
import { isClearlyBetter } from './clearly-better.ts';
import type { CrossFitted } from './cross-fit.ts';
import type { RowCandidates } from './members.ts';
import { applyStack, fitStack, type StackModel } from './stack.ts';

export interface Stacked {
  /** fitted on all rows */
  model: StackModel;
  /** each row by the stack of the other parts, rows x outputs */
  crossFitted: Float64Array;
}

/** Fewer rows tell too little of how to weigh models against each other. */
const leastRows = 750;
const mostRows = 20_000;
/** Products that a step of Newton's method may sum, for pairs of members and of outputs; more would not end in time. */
const mostCells = 2e8;
/** The weighted ensemble counts as much as this many rows. */
const pull = 100;

/**
 * A linear model on the members that the ensemble chose, when it is better on rows that it was not fitted on by more
 * than one standard error; otherwise null.
 */
export async function betterStack(
  prepared: PreparedData,
  candidates: RowCandidates,
  ensemble: { weights: readonly number[]; cross: CrossFitted },
  seed: number,
  context: EngineContext,
  isOver: () => boolean,
): Promise<Stacked | null> {
  const { plan } = prepared;
  const outputs = outputsOf(plan);
  const { weights, cross } = ensemble;
  const used = weights.flatMap((weight, m) => (weight > 0 ? [m] : []));
  const rows = candidates.rows.length;
  const cells = Math.min(rows, mostRows) * outputs * (used.length ** 2 + outputs);
  if (rows < leastRows || used.length < 2 || cells > mostCells) return null;
  const towards = used.map((m) => weights[m]!);
  const chosen = (positions: Int32Array) => {
    const part = candidates.at(positions);
    return { target: part.target, predictions: used.map((m) => part.predictions[m]!), outputs, weights: part.weights };
  };
  const all = Int32Array.from(cross.parts.keys());
  const stacked = new Float64Array(cross.mixture.length);
  for (let part = 0; part < cross.count; part++) {
    context.signal?.throwIfAborted();
    if (isOver()) return null;
    const others = sample(
      all.filter((i) => cross.parts[i] !== part),
      deriveSeed(seed, 'stack', part),
    );
    const own = all.filter((i) => cross.parts[i] === part);
    const model = fitStack(chosen(others), towards, pull);
    const values = applyStack(model, chosen(own).predictions, outputs);
    own.forEach((row, i) => {
      stacked.set(values.subarray(i * outputs, (i + 1) * outputs), row * outputs);
    });
  }
  if (!isClearlyBetter(prepared, candidates, stacked, cross.mixture, deriveSeed(seed, 'stack', 'test'))) return null;
  return { model: fitStack(chosen(sample(all, deriveSeed(seed, 'stack'))), towards, pull), crossFitted: stacked };
}

function sample(positions: Int32Array, seed: number): Int32Array {
  if (positions.length <= mostRows) return positions;
  return createRandom(seed).shuffle(positions.slice()).slice(0, mostRows).sort();
}
