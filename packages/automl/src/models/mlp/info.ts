import { networkSpace, networkTraits } from '../networks/space.ts';
import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Ranges around RealMLP-TD-S (Holzmüller et al. 2024), whose learning rates are for its own scale of weights. */
export const mlpInfo = {
  id: 'mlp',
  label: 'Neural network',
  description:
    'A plain multilayer perceptron trained with TensorFlow.js. Quicker than RealMLP and different from it, so that it can lift the ensemble.',
  ...networkTraits,
  relativeCost: 6,
  space: {
    layers: networkSpace.layers,
    width: {
      kind: 'int',
      label: 'Units per layer',
      short: 'units',
      min: 32,
      max: 512,
      log: true,
      default: 128,
      costPower: 1.2,
    },
    learningRate: {
      kind: 'float',
      label: 'Learning rate',
      short: 'lr',
      min: 0.005,
      max: 0.3,
      log: true,
      default: 0.04,
    },
    dropout: networkSpace.dropout,
    weightDecay: { kind: 'float', label: 'Weight decay', short: 'decay', min: 0, max: 0.05, default: 0.02 },
    activation: { kind: 'choice', label: 'Activation', values: ['selu', 'mish', 'elu', 'relu'], default: 'selu' },
    labelSmoothing: networkSpace.labelSmoothing,
    epochs: networkSpace.epochs,
  },
  startingConfigs,
} as const satisfies FamilyDescription;

/** Sizes and dropout of the first two are AutoGluon's (NN_TORCH r37 and r31); learning rates are for our scale. */
function startingConfigs(facts: DataFacts): Config[] {
  const own: Config = facts.task === 'regression' ? { learningRate: 0.07 } : { learningRate: 0.04 };
  return [
    { ...own, layers: 3, width: 109, activation: 'elu', dropout: 0.089, weightDecay: 0 },
    { ...own, layers: 4, width: 81, activation: 'elu', dropout: 0.013, weightDecay: 0.0001 },
    { ...own, layers: 3, width: 256, activation: facts.task === 'regression' ? 'mish' : 'selu', dropout: 0.15 },
  ];
}
