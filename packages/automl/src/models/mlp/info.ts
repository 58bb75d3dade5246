import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Ranges around RealMLP-TD-S (Holzmüller et al. 2024), whose learning rates are for its own scale of weights. */
export const mlpInfo = {
  id: 'mlp',
  label: 'Neural network',
  description:
    'A multilayer perceptron trained with TensorFlow.js. Sees smooth patterns that trees miss, so it often lifts the ensemble; needs more time than trees.',
  tasks: ['binary', 'multiclass', 'regression'],
  needs: { runtime: 'tfjs', scaling: true, encoding: 'numeric' },
  reference: false,
  combines: false,
  iterationLabel: 'epoch',
  relativeCost: 24,
  costByClass: true,
  openingPlaces: [7],
  space: {
    layers: { kind: 'int', label: 'Hidden layers', short: 'layers', min: 1, max: 4, default: 3 },
    width: { kind: 'choice', label: 'Units per layer', short: 'units', values: [64, 128, 256, 384], default: 256 },
    learningRate: {
      kind: 'float',
      label: 'Learning rate',
      short: 'lr',
      min: 0.005,
      max: 0.3,
      log: true,
      default: 0.04,
    },
    dropout: { kind: 'float', label: 'Dropout', min: 0, max: 0.5, default: 0.15 },
    weightDecay: { kind: 'float', label: 'Weight decay', short: 'decay', min: 0, max: 0.05, default: 0.02 },
    activation: { kind: 'choice', label: 'Activation', values: ['selu', 'mish'], default: 'selu' },
    epochs: { kind: 'int', label: 'Epochs at most', min: 1, max: 256, default: 96 },
  },
  startingConfigs,
} as const satisfies FamilyDescription;

/** Small tables get a narrower network with dropout and decay: faster, and better there on the sets we measured. */
function startingConfigs(facts: DataFacts): Config[] {
  const first: Config = {
    ...(facts.task === 'regression'
      ? { learningRate: 0.07, activation: 'mish' }
      : { learningRate: 0.04, activation: 'selu' }),
    width: facts.rows < 5000 ? 128 : 256,
    dropout: 0.15,
    weightDecay: 0.02,
  };
  return [
    first,
    { ...first, layers: 2, activation: 'mish', dropout: 0.05, weightDecay: 0 },
    { ...first, layers: 4, learningRate: 0.02, dropout: 0.3 },
    { ...first, width: 384, learningRate: 0.02 },
  ];
}
