import {
  type BoostParameters,
  defaultBoostParameters,
  type Objective,
  predictBoostBytes,
  predictedModelBytes,
  sharesTrees,
} from '@laurel/trees';
import type { FitInput } from '../types.ts';
import type { TreeData } from './data.ts';

export type LimitedParameters = Partial<BoostParameters> & { rounds: number };

/** Fewer histograms than these bytes hold make a fit much slower and hardly smaller. */
const leastPoolBytes = 4 * 2 ** 20;
/** Trees have fewer leaves, down to this, before the rounds fall under a quarter of those wanted. */
const leastLeaves = 16;
/** Fewer are hardly a model. One that is too large even so is refused where it is written. */
const leastRounds = 50;

/**
 * The parameters with what has to be given up so that the fit stays under `input.memoryLimitBytes` and the model under
 * `input.modelLimitBytes`: room for histograms (which changes no tree), then leaves, then rounds. Both are predicted
 * from above. A fit that needs more than its limit even so is refused by `boost`, which counts exactly.
 */
export function withinLimits(
  input: Pick<FitInput, 'memoryLimitBytes' | 'modelLimitBytes'>,
  data: Pick<TreeData, 'train' | 'validation'>,
  objective: Objective,
  parameters: LimitedParameters,
): LimitedParameters {
  const smaller = withinModel(input.modelLimitBytes, data, objective, parameters);
  return withinMemory(input.memoryLimitBytes, data, objective, smaller);
}

function withinModel(
  limitBytes: number | undefined,
  { train }: Pick<TreeData, 'train'>,
  objective: Objective,
  parameters: LimitedParameters,
): LimitedParameters {
  if (limitBytes === undefined) return parameters;
  const { maxLeaves = defaultBoostParameters.maxLeaves, minDataInLeaf = 1 } = parameters;
  const roundsThatFit = (leaves: number) => roundsWithin(limitBytes, train, objective, leaves);
  let leaves = Math.min(maxLeaves, Math.max(2, Math.floor(train.rows / Math.max(1, minDataInLeaf))));
  if (roundsThatFit(leaves) >= parameters.rounds) return parameters;
  while (leaves > leastLeaves && roundsThatFit(leaves) < parameters.rounds / 4) {
    leaves = Math.max(leastLeaves, Math.floor(leaves / 2));
  }
  const rounds = Math.min(parameters.rounds, Math.max(leastRounds, roundsThatFit(leaves)));
  return { ...parameters, maxLeaves: leaves, rounds };
}

function roundsWithin(
  limitBytes: number,
  train: Pick<TreeData['train'], 'features' | 'rows'>,
  objective: Objective,
  leaves: number,
): number {
  const classes = objective.kind === 'softmax' ? objective.classes : 1;
  const shared = sharesTrees(objective);
  const { features } = train;
  const levels = features.reduce((sum, feature) => sum + (feature.kind === 'categorical' ? feature.levels : 0), 0);
  const bytesOf = (rounds: number) =>
    predictedModelBytes({
      trees: rounds * (shared ? 1 : classes),
      leaves,
      leafWidth: shared ? classes : 1,
      outputs: classes,
      features: features.length,
      bins: Math.min(255, train.rows),
      categorical: features.filter((feature) => feature.kind === 'categorical').length,
      levels,
    });
  // bytes grow evenly with the rounds; a thousand keep the padding of sections from counting
  const perRound = (bytesOf(1001) - bytesOf(1)) / 1000;
  return Math.floor((limitBytes - bytesOf(0)) / perRound);
}

function withinMemory(
  limitBytes: number | undefined,
  { train, validation }: Pick<TreeData, 'train' | 'validation'>,
  objective: Objective,
  parameters: LimitedParameters,
): LimitedParameters {
  if (limitBytes === undefined) return parameters;
  const bytesWith = (histogramPoolBytes: number) =>
    predictBoostBytes({
      features: train.features.length,
      trainRows: train.rows,
      validationRows: validation?.rows ?? 0,
      weighted: false,
      objective,
      parameters: { ...parameters, histogramPoolBytes },
    });
  let { histogramPoolBytes = defaultBoostParameters.histogramPoolBytes } = parameters;
  while (histogramPoolBytes > leastPoolBytes && bytesWith(histogramPoolBytes) > limitBytes) histogramPoolBytes /= 2;
  return { ...parameters, histogramPoolBytes };
}
