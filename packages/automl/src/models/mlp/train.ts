import type { ClockDecisions } from '@laurel/contracts';
import { createRandom, deriveSeed } from '@laurel/tabular';
import type { Design } from '../../features/design.ts';
import { createWatch } from '../early-stopping.ts';
import { createPace } from '../pace.ts';
import { createSchedule } from '../schedule.ts';
import type { FitInput } from '../types.ts';
import { coslog4, createAdam, flatCosine } from './adam.ts';
import { forward } from './forward.ts';
import { copyNetwork, type Network, trainedArrays } from './network.ts';
import { gradientsOf, type LossSlope } from './step.ts';

export interface TrainData {
  design: Design;
  lossSlope: LossSlope;
  /** outputs -> predictions, in units of the target */
  toPredictions(outputs: Float64Array, rows: number): Float64Array;
  validation: { design: Design; target: Float64Array } | null;
  learningRate: number;
  dropout: number;
  weightDecay: number;
  epochs: number;
}

export interface Trained {
  network: Network;
  epochs: number;
  curve: [number, number][];
  truncated: boolean;
  decided?: ClockDecisions;
}

const fewestEpochs = 16;
/** floating point operations that a fit without a clock may take: a few seconds on one core */
const flopsWithoutClock = 2e10;
/** part of the schedule without a better score that ends a fit; the last wave is 8/15 of it and must get its chance */
const patience = 0.55;

/**
 * Trains in place. The schedule runs from 0 to 1 over the epochs, or over the time to the deadline when that is shorter,
 * so it is never cut; the parameters of the best epoch are kept.
 */
export async function train(input: FitInput, network: Network, data: TrainData): Promise<Trained> {
  const { design } = data;
  const pace = createPace(input);
  const random = createRandom(deriveSeed(input.seed, 'batches'));
  const adam = createAdam(trainedArrays(network));
  const batchSize = batchSizeFor(design.rows);
  const stepsPerEpoch = Math.max(1, Math.floor(design.rows / batchSize));
  const epochs = epochsAtMost(input, network, data, batchSize * stepsPerEpoch);
  const schedule = createSchedule(input, epochs * stepsPerEpoch);
  const order = Int32Array.from({ length: design.rows }, (_, i) => i);
  const watch = data.validation && watchOf(input, data);
  let best = copyNetwork(network);
  let kept = 0;
  let keptAt = 0;
  let truncated = pace.isOver();
  let t = 0;
  for (let epoch = 1; t < 1 && !truncated; epoch++) {
    random.shuffle(order);
    for (let s = 0; s < stepsPerEpoch && t < 1 && !truncated; s++) {
      const batch = order.subarray(s * batchSize, (s + 1) * batchSize);
      const gradients = gradientsOf(
        network,
        gather(design, batch),
        batch,
        data.lossSlope,
        data.dropout * flatCosine(t),
        random,
      );
      adam.update(gradients, data.learningRate * coslog4(t), data.weightDecay * flatCosine(t));
      t = schedule.advance();
      await pace.breathe();
      truncated = pace.isOver();
    }
    if (!isFiniteNetwork(network)) break;
    const better = !watch || watch.see(epoch, validate(network, data));
    if (better) [best, kept, keptAt] = [copyNetwork(network), epoch, t];
    else if (t - keptAt > patience && epoch - kept >= fewestEpochs) break;
  }
  const clock = { ...schedule.decided(), ...pace.decided() };
  const decided = Object.keys(clock).length > 0 ? { decided: clock } : {};
  return { network: best, epochs: kept, curve: watch?.curve ?? [], truncated, ...decided };
}

function validate(network: Network, data: TrainData): Float64Array {
  const { design } = data.validation!;
  return data.toPredictions(forward(network, design), design.rows);
}

/** Without a deadline by a formula of rows and columns as well, so that results do not depend on the machine. */
function epochsAtMost(input: FitInput, network: Network, data: TrainData, rowsPerEpoch: number): number {
  if (Number.isFinite(input.deadlineMs) || input.decided) return data.epochs;
  const perRow = network.layers.reduce((sum, layer) => sum + layer.inputs * layer.outputs, 0);
  return Math.min(data.epochs, Math.max(fewestEpochs, Math.floor(flopsWithoutClock / (6 * perRow * rowsPerEpoch))));
}

/** Rows of a design as one matrix, numbers then ones; not scaled yet. */
export function gather(design: Design, batch: Int32Array): Float32Array {
  const { width, dense, hotColumns, hotWidth, hot } = design;
  const size = width + hotWidth;
  const inputs = new Float32Array(batch.length * size);
  for (let i = 0; i < batch.length; i++) {
    const row = batch[i]!;
    for (let j = 0; j < width; j++) inputs[i * size + j] = dense[row * width + j]!;
    for (let c = row * hotColumns; c < (row + 1) * hotColumns; c++) {
      if (hot[c]! >= 0) inputs[i * size + width + hot[c]!] = 1;
    }
  }
  return inputs;
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

function isFiniteNetwork(network: Network): boolean {
  return network.layers.every((layer) => layer.weights.every(Number.isFinite) && layer.bias.every(Number.isFinite));
}
