import { networkSpace, networkTraits } from '../networks/space.ts';
import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/** Ranges of TabArena's TabM search (Erickson et al. 2025), smaller: a step costs as much as `copies` plain networks'. */
export const tabmInfo = {
  id: 'tabm',
  label: 'TabM',
  description:
    'Many neural networks in one: they share their layers and differ in how they read the inputs and in what they answer. Strong on larger tables when there is time for it.',
  ...networkTraits,
  relativeCost: 30,
  openingPlaces: [14],
  space: {
    copies: { kind: 'int', label: 'Networks in one', short: 'copies', min: 4, max: 32, default: 16, costPower: 1 },
    layers: { ...networkSpace.layers, min: 1, default: 2 },
    width: {
      kind: 'int',
      label: 'Units per layer',
      short: 'units',
      min: 64,
      max: 512,
      log: true,
      default: 128,
      costPower: 1.5,
    },
    pieces: {
      kind: 'int',
      label: 'Bends per number',
      short: 'bends',
      when: { numeric: true },
      min: 2,
      max: 64,
      default: 12,
    },
    learningRate: {
      kind: 'float',
      label: 'Learning rate',
      short: 'lr',
      min: 0.0001,
      max: 0.01,
      log: true,
      default: 0.002,
    },
    weightDecay: { kind: 'float', label: 'Weight decay', short: 'decay', min: 0, max: 0.1, default: 0.0003 },
    dropout: { ...networkSpace.dropout, default: 0.1 },
    labelSmoothing: networkSpace.labelSmoothing,
    // with fewer its low rate of learning gets nowhere: it is left out then
    epochs: { ...networkSpace.epochs, quickenTo: 60 },
  },
  startingConfigs,
} as const satisfies FamilyDescription;

function startingConfigs(facts: DataFacts): Config[] {
  const few = facts.numericFeatures > 50;
  return [
    { copies: 16, layers: 2, width: 128, pieces: few ? 4 : 12, dropout: 0.1 },
    { copies: 16, layers: 3, width: 192, pieces: few ? 4 : 24, dropout: 0.1, learningRate: 0.001 },
  ];
}
