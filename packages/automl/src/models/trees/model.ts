import type { TaskKind } from '@laurel/contracts';
import type { Table } from '@laurel/tabular';
import {
  createPredictor,
  decodeModel,
  encodeModel,
  type FeatureInput,
  type Predictor,
  type TreeModel,
} from '@laurel/trees';
import { type Expansion, restoreExpansion } from '../../features/expand.ts';
import { everyRow } from '../rows.ts';
import { joinStates, partOf, tensorOf } from '../states.ts';
import type { FittedModel, ModelState } from '../types.ts';
import { readFeatures } from './data.ts';
import { fromScaled, type TargetScale } from './target-scale.ts';

/** What a model of trees needs besides the trees. */
export interface TreeHeader {
  task: TaskKind;
  /** trees per output */
  iterations: number;
  /** regression: the units of the target */
  scale: TargetScale | null;
  /** forests of classes: what every class gets before the trees vote, together less than 1 (see `addVotes`) */
  doubt: number[] | null;
}

export interface TreeParts {
  header: TreeHeader;
  expansion: Expansion;
  model: TreeModel;
}

/** A fitted or restored model of trees. Its memory is made when something is predicted, and freed by `dispose`. */
export function createTreeModel(
  { header, expansion, model }: TreeParts,
  fitted: Pick<FittedModel, 'curve' | 'truncated' | 'decided'>,
): FittedModel {
  let predictor: Predictor | null = null;
  return {
    predict(table: Table, rows = everyRow(table)) {
      predictor ??= createPredictor(model);
      const features = readFeatures(expansion, table, rows);
      return toPredictions(header, predictFeatures(predictor, features, rows.length));
    },
    curve: fitted.curve,
    iterations: header.iterations,
    truncated: fitted.truncated,
    ...(fitted.decided ? { decided: fitted.decided } : {}),
    state: () => joinStates({ trees: { header, tensors: { model: encodeModel(model) } }, features: expansion.state() }),
    dispose() {
      predictor?.dispose();
      predictor = null;
    },
  };
}

/** The model of a state. Throws when the state was written by another version or its bytes are damaged. */
export async function restoreTreeModel(state: ModelState): Promise<FittedModel> {
  const own = partOf(state, 'trees');
  const parts: TreeParts = {
    header: own.header as TreeHeader,
    expansion: restoreExpansion(partOf(state, 'features')),
    model: decodeModel(tensorOf(own, 'model', Uint8Array)),
  };
  return createTreeModel(parts, { curve: [], truncated: false });
}

/** What trees predict as what a family gives: probabilities, or values in the target's units. Changes `values`. */
export function toPredictions(
  { scale, doubt }: Pick<TreeHeader, 'scale' | 'doubt'>,
  values: Float64Array,
): Float64Array {
  if (scale) return fromScaled(values, scale);
  return doubt ? addVotes(values, doubt) : values;
}

/** One row goes a way of its own, which is much quicker and gives the same numbers. */
function predictFeatures(predictor: Predictor, features: readonly FeatureInput[], rows: number): Float64Array {
  if (rows !== 1) return predictor.predict(features, rows);
  const row = Float64Array.from(features, valueOfFirst);
  const out = new Float64Array(predictor.width);
  predictor.predictRow(row, out);
  return out;
}

function valueOfFirst(feature: FeatureInput): number {
  if (feature.kind === 'categorical') return feature.codes[0]!;
  return feature.kind === 'numeric' ? feature.values[0]! : feature.rows[0] === 0 ? feature.values[0]! : 0;
}

/** Probabilities from the shares of the votes; rows add up to 1. Changes `votes`. */
function addVotes(votes: Float64Array, doubt: readonly number[]): Float64Array {
  const classes = doubt.length;
  const trust = 1 - doubt.reduce((sum, share) => sum + share, 0);
  for (let start = 0; start < votes.length; start += classes) {
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      votes[start + k] = doubt[k]! + trust * Math.max(0, votes[start + k]!);
      sum += votes[start + k]!;
    }
    for (let k = 0; k < classes; k++) votes[start + k]! /= sum;
  }
  return votes;
}
