import { createRandom, deriveSeed } from '@laurel/tabular';
import type { Design } from '../../features/design.ts';
import { createWatch } from '../early-stopping.ts';
import { createPace } from '../pace.ts';
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
}

const fewestEpochs = 16;
/** multiplications that a fit without a clock may take: a few seconds on one core */
const flopsWithoutClock = 4e10;
const measuredSteps = 3;

/** Trains in place; the schedule is stretched to the epochs that fit, and the parameters of the best epoch are kept. */
export async function train(input: FitInput, network: Network, data: TrainData): Promise<Trained> {
  const { design } = data;
  const pace = createPace(input);
  const random = createRandom(deriveSeed(input.seed, 'batches'));
  const adam = createAdam(trainedArrays(network));
  const batchSize = batchSizeFor(design.rows);
  const order = Int32Array.from({ length: design.rows }, (_, i) => i);
  const plan = planEpochs(input, network, data, batchSize, order);
  const watch = data.validation && watchOf(input, data, plan.epochs);
  let best = copyNetwork(network);
  let kept = 0;
  let truncated = plan.epochs === 0;
  let step = 0;
  const steps = plan.epochs * plan.stepsPerEpoch;
  for (let epoch = 1; epoch <= plan.epochs && !truncated; epoch++) {
    random.shuffle(order);
    for (let s = 0; s < plan.stepsPerEpoch && !truncated; s++, step++) {
      const batch = order.subarray(s * batchSize, (s + 1) * batchSize);
      const dropout = data.dropout * flatCosine(step / steps);
      const gradients = gradientsOf(network, gather(design, batch), batch, data.lossSlope, dropout, random);
      const learningRate = data.learningRate * coslog4((step + 0.5) / steps);
      adam.update(gradients, learningRate, data.weightDecay * flatCosine(step / steps));
      await pace.breathe();
      truncated = pace.isOver();
    }
    if (!isFiniteNetwork(network)) break;
    if (watch && data.validation) {
      const outputs = forward(network, data.validation.design);
      if (!watch.see(epoch, data.toPredictions(outputs, data.validation.design.rows))) {
        if (watch.isOver(epoch)) break;
        continue;
      }
    }
    best = copyNetwork(network);
    kept = epoch;
  }
  return { network: best, epochs: kept, curve: watch?.curve ?? [], truncated };
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

/** Without a deadline by a formula of rows and columns, so that results do not depend on the machine; else by measuring. */
function planEpochs(
  input: FitInput,
  network: Network,
  data: TrainData,
  batchSize: number,
  order: Int32Array,
): { epochs: number; stepsPerEpoch: number } {
  const stepsPerEpoch = Math.max(1, Math.floor(data.design.rows / batchSize));
  if (!Number.isFinite(input.deadlineMs)) {
    const perRow = network.layers.reduce((sum, layer) => sum + layer.inputs * layer.outputs, 0);
    const fitting = Math.floor(flopsWithoutClock / (6 * perRow * batchSize * stepsPerEpoch));
    return { epochs: Math.min(data.epochs, Math.max(fewestEpochs, fitting)), stepsPerEpoch };
  }
  const startMs = input.now();
  if (startMs >= input.deadlineMs) return { epochs: 0, stepsPerEpoch };
  const random = createRandom(0);
  for (let s = 0; s < measuredSteps; s++) {
    const batch = order.subarray(0, batchSize);
    gradientsOf(network, gather(data.design, batch), batch, data.lossSlope, data.dropout, random);
  }
  const stepMs = (input.now() - startMs) / measuredSteps;
  const seenMs = input.now();
  if (data.validation) forward(network, data.validation.design);
  const epochMs = Math.max(1e-3, stepsPerEpoch * stepMs + (input.now() - seenMs));
  const leftMs = 0.9 * (input.deadlineMs - input.now());
  if (epochMs > leftMs) {
    const steps = Math.floor((leftMs / epochMs) * stepsPerEpoch);
    return { epochs: 1, stepsPerEpoch: Math.max(1, steps) };
  }
  return { epochs: Math.max(1, Math.min(data.epochs, Math.floor(leftMs / epochMs))), stepsPerEpoch };
}

/** The patience covers the last wave of the schedule when the best epoch was at the end of the one before. */
function watchOf(input: FitInput, data: TrainData, epochs: number) {
  const { task, classes, metric, onIteration } = input;
  const patience = Math.max(20, Math.ceil(0.55 * epochs));
  return createWatch({ task, classes, target: data.validation!.target, metric, patience: () => patience, onIteration });
}

function isFiniteNetwork(network: Network): boolean {
  return network.layers.every((layer) => layer.weights.every(Number.isFinite) && layer.bias.every(Number.isFinite));
}
