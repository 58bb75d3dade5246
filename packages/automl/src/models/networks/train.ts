import type { ClockDecisions } from '@laurel/contracts';
import { createRandom, deriveSeed } from '@laurel/tabular';
import type { Design } from '../../features/design.ts';
import { applyTemperature, fitTemperature } from '../../finish/temperature.ts';
import { NotANumber } from '../../trial/score.ts';
import { createWatch } from '../early-stopping.ts';
import { createPace } from '../pace.ts';
import { createSchedule } from '../schedule.ts';
import type { FitInput } from '../types.ts';
import { gather, predict } from './evaluate.ts';
import { createLearner } from './learner.ts';
import type { LossSlope } from './output.ts';
import type { Recipe } from './recipe.ts';
import { schedules } from './schedules.ts';
import { copyOf, type Structure, type Values } from './structure.ts';

export interface TrainData {
  design: Design;
  lossSlope: LossSlope;
  /** outputs -> predictions, in units of the target */
  toPredictions(outputs: Float64Array, rows: number): Float64Array;
  validation: { design: Design; target: Float64Array } | null;
}

export interface Trained {
  values: Values;
  /** by which logits are divided, learnt from validation rows or as it was given; 1 for values */
  temperature: number;
  epochs: number;
  curve: [number, number][];
  truncated: boolean;
  decided?: ClockDecisions;
}

/** Passes over the rows below which a network is hardly one. */
export const fewestEpochs = 16;
/** Part of the schedule without a better epoch after which a fit stops: the last wave is 8/15 of it and must get its chance. */
const patience = 0.55;

/** Validation rows from which a temperature is learnt, and the highest. */
const fewestToCalibrate = 50;
const highestTemperature = 5;

/**
 * Trains one network. The schedule runs from 0 to 1 over the epochs, or over the time to the deadline when that is
 * shorter, so it is never cut; the numbers of the best epoch are kept. Throws NotANumber where no epoch had finite ones.
 */
export async function train(
  input: FitInput,
  structure: Structure,
  start: Values,
  recipe: Recipe,
  data: TrainData,
  epochs: number,
): Promise<Trained> {
  const { design } = data;
  const pace = createPace(input);
  const random = createRandom(deriveSeed(input.seed, 'batches'));
  const batchSize = batchSizeFor(design.rows);
  const stepsPerEpoch = Math.max(1, Math.floor(design.rows / batchSize));
  const schedule = createSchedule(input, epochs * stepsPerEpoch);
  const learningRateAt = schedules[recipe.schedule];
  const order = Int32Array.from({ length: design.rows }, (_, i) => i);
  const watch = data.validation && watchOf(input, data);
  let best = copyOf(start);
  let temperature = input.temperature ?? 1;
  let kept = 0;
  let keptAt = 0;
  let truncated = pace.isOver();
  const begins = !truncated;
  let t = 0;
  const learner = createLearner(structure, start, recipe.rates, data.lossSlope, recipe.beta2);
  try {
    for (let epoch = 1; t < 1 && !truncated; epoch++) {
      random.shuffle(order);
      for (let s = 0; s < stepsPerEpoch && t < 1 && !truncated; s++) {
        const batch = order.subarray(s * batchSize, (s + 1) * batchSize);
        const dropout = recipe.dropout * schedules.flatCosine(t);
        const weightDecay = recipe.weightDecay * schedules.flatCosine(t);
        const learningRate = recipe.learningRate * learningRateAt(t);
        learner.step(gather(design, batch), batch, { learningRate, weightDecay, dropout, seed: random.uint32() });
        t = schedule.advance();
        await pace.breathe();
        truncated = pace.isOver();
      }
      if (!watch && t < 1 && !truncated) continue;
      const values = learner.values();
      if (!isFiniteEverywhere(values)) break;
      const held =
        data.validation &&
        calibrated(input, data, predict(structure, values, data.validation.design, data.toPredictions));
      const better = !watch || watch.see(epoch, held!.predictions);
      if (better) [best, temperature, kept, keptAt] = [values, held?.temperature ?? temperature, epoch, t];
      else if (t - keptAt > patience && epoch - kept >= fewestEpochs) break;
    }
  } finally {
    learner.dispose();
  }
  if (begins && kept === 0) throw new NotANumber('The network diverged. Use a lower learning rate.');
  const clock = { ...schedule.decided(), ...pace.decided() };
  const decided = Object.keys(clock).length > 0 ? { decided: clock } : {};
  return { values: best, temperature, epochs: kept, curve: watch?.curve ?? [], truncated, ...decided };
}

/**
 * Predictions of the validation rows at the temperature that suits them best, one number that is learnt from them: a
 * network goes on learning long after it has become too sure of itself, and is then no worse for it. Never sharper, since
 * on few rows all may be right by chance.
 */
function calibrated({ task, classes }: FitInput, data: TrainData, predictions: Float64Array) {
  const { target } = data.validation!;
  if (task !== 'binary' && task !== 'multiclass') return { predictions, temperature: 1 };
  if (target.length < fewestToCalibrate || !predictions.every(Number.isFinite)) return { predictions, temperature: 1 };
  const best = fitTemperature({ target, probabilities: predictions, classes });
  const temperature = Math.min(highestTemperature, Math.max(1, best));
  return { predictions: applyTemperature(predictions, classes, temperature), temperature };
}

/** RealMLP's rule; never more than the rows there are. */
export function batchSizeFor(rows: number): number {
  const size = rows <= 1024 ? 64 : rows <= 8192 ? 128 : rows <= 30_000 ? 256 : rows <= 100_000 ? 512 : 1024;
  return Math.min(size, rows);
}

function watchOf(input: FitInput, data: TrainData) {
  const { task, classes, metric, onIteration } = input;
  const never = () => Number.POSITIVE_INFINITY; // `train` counts in parts of the schedule
  return createWatch({ task, classes, target: data.validation!.target, metric, patience: never, onIteration });
}

function isFiniteEverywhere(values: Values): boolean {
  for (const numbers of Object.values(values)) {
    // a sum is finite where all are, or nearly: numbers that large would be no network either
    let sum = 0;
    for (let i = 0; i < numbers.length; i++) sum += numbers[i]!;
    if (!Number.isFinite(sum)) return false;
  }
  return true;
}
