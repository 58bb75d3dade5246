import { deriveSeed } from '@laurel/tabular';
import { type BoostParameters, boost, type EarlyStopping, type Objective } from '@laurel/trees';
import { validationLoss } from '../early-stopping.ts';
import type { FitInput, FittedModel } from '../types.ts';
import { withinLimits } from './boosting-limits.ts';
import { type TreeData, type TreeRows, treeData } from './data.ts';
import { createTreeModel, toPredictions } from './model.ts';

/** A leaf moves a log odds by at most this before the learning rate. */
const maxDeltaStep = 10;

/** What a family says of its trees; the rest is the same for all that boost. */
export type BoostSettings = Partial<Omit<BoostParameters, 'rounds' | 'maxDeltaStep'>> & { learningRate: number };

/** Boosts trees until the experiment's metric has stopped getting better on the validation rows. */
export async function fitBoosting(input: FitInput, settings: BoostSettings): Promise<FittedModel> {
  const data = treeData(input);
  const { train, validation, scale, expansion } = data;
  const { learningRate } = settings;
  const objective = objectiveOf(input);
  const rounds = validation ? roundsAtMost(learningRate) : (input.iterations ?? roundsWithoutValidation(learningRate));
  const parameters = withinLimits(input, data, objective, { ...settings, rounds, maxDeltaStep });
  const {
    model,
    rounds: iterations,
    curve,
    truncated,
    learningRate: reachedRate,
  } = await boost({
    train: {
      features: train.features,
      rows: train.rows,
      target: train.learnt,
      ...(train.weights ? { weights: train.weights } : {}),
    },
    validation: validation && { features: validation.features, rows: validation.rows, target: validation.learnt },
    earlyStopping: validation && stoppingBy(input, data, validation),
    objective,
    parameters,
    seed: deriveSeed(input.seed, 'trees'),
    signal: input.signal,
    deadlineMs: input.deadlineMs,
    now: input.now,
    ...(input.decided ? repeating(input.decided) : { adaptToDeadline: true }),
    ...(input.memoryLimitBytes === undefined ? {} : { memoryLimitBytes: input.memoryLimitBytes }),
  });
  const header = { task: input.task, iterations, scale, doubt: null };
  const decided = {
    ...(truncated ? { rounds: iterations } : {}),
    ...(reachedRate === learningRate ? {} : { learningRate: reachedRate }),
  };
  const took = Object.keys(decided).length > 0;
  return createTreeModel({ header, expansion, model }, { curve, truncated, ...(took ? { decided } : {}) });
}

/** The rounds and the learning rate that an earlier fit came to by its clock. */
function repeating({ rounds, learningRate }: NonNullable<FitInput['decided']>) {
  return {
    stopAfter: typeof rounds === 'number' ? rounds : undefined,
    adaptedLearningRate: typeof learningRate === 'number' ? learningRate : undefined,
  };
}

function objectiveOf({ task, classes }: FitInput): Objective {
  if (task === 'regression') return { kind: 'squared' };
  return classes === 2 ? { kind: 'logistic' } : { kind: 'softmax', classes };
}

/** The experiment's metric, undecided rounds by the loss that the trees lower. */
function stoppingBy(input: FitInput, { scale }: TreeData, { target, learnt }: TreeRows): EarlyStopping {
  const { metric, task, classes, onIteration } = input;
  return {
    score: (predictions) => {
      const own = scale ? toPredictions({ scale, doubt: null }, predictions.slice()) : predictions;
      return metric.score(target, own);
    },
    tieBreak: (predictions) => validationLoss(task, classes, learnt, predictions),
    higherIsBetter: metric.higherIsBetter,
    ...(onIteration ? { onScore: onIteration } : {}),
  };
}

function roundsAtMost(learningRate: number): number {
  return Math.min(10_000, Math.ceil(100 / learningRate));
}

function roundsWithoutValidation(learningRate: number): number {
  return Math.min(2000, Math.max(50, Math.ceil(8 / learningRate)));
}
