import * as tf from '@tensorflow/tfjs-core';
import { adam } from '../../backend/operations.ts';
import { inScope, tensors } from '../../backend/tensors.ts';
import type { LossSlope } from './output.ts';
import { backward, forward } from './pass.ts';
import { parametersOf, type Rates, type Structure, type Values } from './structure.ts';

export interface StepSettings {
  learningRate: number;
  weightDecay: number;
  dropout: number;
  seed: number;
}

/** The tensors of a network that is being trained. */
export interface Learner {
  /** one step on a batch of inputs (rows x inputs); `rows` are its places in the training data */
  step(inputs: Float32Array, rows: Int32Array, settings: StepSettings): void;
  /** copies of the numbers as they are now */
  values(): Values;
  dispose(): void;
}

const beta1 = 0.9;

/**
 * Adam with RealMLP's beta2 of 0.95 (or another) and decoupled weight decay, on tensors of TensorFlow.js. A step costs
 * some thirty kernels; none of them reads numbers back but the last layer's outputs.
 */
export function createLearner(
  structure: Structure,
  start: Values,
  rates: Rates,
  lossSlope: LossSlope,
  beta2 = 0.95,
): Learner {
  const parameters = parametersOf(structure, rates);
  let steps = 0;
  let state = parameters.map(({ name, shape }) => [tf.tensor(start[name]!, shape), tf.zeros(shape), tf.zeros(shape)]);
  const valuesNow = () => Object.fromEntries(parameters.map(({ name }, p) => [name, state[p]![0]!]));

  return {
    step(inputs, rows, settings) {
      steps++;
      const next = inScope(() => {
        const gradients = gradientsOf(structure, valuesNow(), inputs, rows, lossSlope, settings);
        return parameters.map(({ name, rate, decays }, p) =>
          tensors.apply(adam, [...state[p]!, gradients[name]!], {
            rate: (settings.learningRate * rate) / (1 - beta1 ** steps),
            kept: decays ? 1 - settings.learningRate * rateOfDecay(name, rate) * settings.weightDecay : 1,
            correction2: 1 / (1 - beta2 ** steps),
            beta1,
            beta2,
          }),
        );
      });
      tf.dispose(state);
      state = next;
    },
    values() {
      return Object.fromEntries(
        Object.entries(valuesNow()).map(([name, tensor]) => [name, tensor.dataSync<'float32'>().slice()]),
      ) as Values;
    },
    dispose() {
      tf.dispose(state);
      state = [];
    },
  };
}

/** What a weight's rate stands for is a parametrisation, which decay does not see. */
function rateOfDecay(name: string, rate: number): number {
  return name.startsWith('weights') ? 1 : rate;
}

/** Gradients by name; call within a scope. */
export function gradientsOf(
  structure: Structure,
  values: Record<string, tf.Tensor>,
  inputs: Float32Array,
  rows: Int32Array,
  lossSlope: LossSlope,
  { dropout, seed }: Pick<StepSettings, 'dropout' | 'seed'>,
): Record<string, tf.Tensor> {
  const entering = tf.tensor2d(inputs, [rows.length, structure.inputs]);
  const { outputs, trace } = forward(tensors, structure, values, entering, { dropout, seed });
  const { copies, widths } = structure;
  const lastBias = `bias${widths.length}`;
  const slopes = outputs.dataSync<'float32'>().slice();
  addBias(slopes, values[lastBias]!.dataSync<'float32'>(), copies);
  lossSlope(slopes, rows);
  const found = backward(tensors, structure, values, trace, tf.tensor(slopes, outputs.shape));
  found[lastBias] = tf.tensor2d(sumsByCopy(slopes, copies, structure.outputs), [copies, structure.outputs]);
  return found;
}

/** Adds the last bias, copies x width, to outputs of copies * rows x width. */
function addBias(outputs: Float32Array, bias: ArrayLike<number>, copies: number): void {
  const width = bias.length / copies;
  const perCopy = outputs.length / copies;
  for (let i = 0; i < outputs.length; i++) outputs[i]! += bias[Math.floor(i / perCopy) * width + (i % width)]!;
}

function sumsByCopy(values: Float32Array, copies: number, width: number): Float32Array {
  const sums = new Float32Array(copies * width);
  const perCopy = values.length / copies;
  for (let i = 0; i < values.length; i++) sums[Math.floor(i / perCopy) * width + (i % width)]! += values[i]!;
  return sums;
}
