import { networkSpace, networkTraits } from '../networks/space.ts';
import type { Config, DataFacts, FamilyDescription } from '../types.ts';

/**
 * Ranges of TabArena's RealMLP search (Erickson et al. 2025); defaults are RealMLP-TD's (Holzmüller et al. 2024). Two
 * things differ: ones of categories and signs of pairs go in as they are, where RealMLP-TD centres, scales and clips them
 * as it does numbers; and categories of ten and more levels are ones as well, where it learns eight numbers for each.
 */
export const realmlpInfo = {
  id: 'realmlp',
  label: 'RealMLP',
  description:
    'A neural network with tuned defaults for tables: numbers become waves, every unit learns how much it bends, and on small tables several networks are averaged. Often the best single model where patterns are smooth.',
  ...networkTraits,
  relativeCost: 10,
  openingPlaces: [3.5],
  space: {
    layers: networkSpace.layers,
    width: {
      kind: 'choice',
      label: 'Units per layer',
      short: 'units',
      values: [64, 128, 256, 384, 512],
      default: 256,
    },
    learningRate: { kind: 'float', label: 'Learning rate', short: 'lr', min: 0.01, max: 0.5, log: true, default: 0.04 },
    activation: { kind: 'choice', label: 'Activation', values: ['selu', 'mish'], default: 'selu' },
    dropout: networkSpace.dropout,
    weightDecay: {
      kind: 'float',
      label: 'Weight decay',
      short: 'decay',
      min: 0.001,
      max: 0.05,
      log: true,
      default: 0.02,
    },
    waveWidth: {
      kind: 'float',
      label: 'Frequency of waves',
      short: 'frequency',
      when: { numeric: true },
      min: 0.01,
      max: 50,
      log: true,
      default: 0.1,
    },
    scaleRate: {
      kind: 'float',
      label: "Learning rate of the inputs' scales",
      short: 'scale lr',
      min: 2,
      max: 10,
      log: true,
      default: 6,
    },
    beta2: {
      kind: 'float',
      label: 'Memory of squared gradients',
      short: 'beta2',
      min: 0.95,
      max: 0.995,
      default: 0.95,
    },
    labelSmoothing: networkSpace.labelSmoothing,
    members: {
      kind: 'int',
      label: 'Networks averaged at most',
      short: 'networks',
      min: 1,
      max: 8,
      default: 1,
      costPower: 1,
      quickenTo: 1,
    },
    epochs: networkSpace.epochs,
  },
  startingConfigs,
} as const satisfies FamilyDescription;

/** Tables below this many rows get several networks: there they differ much by chance, and cost little. */
const fewRows = 2000;
/** Below this many, twice the dropout of RealMLP-TD was better on the sets we measured, and half its epochs no worse. */
const rowsOfMoreDropout = 5000;

function startingConfigs(facts: DataFacts): Config[] {
  const first: Config = {
    ...(facts.task === 'regression'
      ? { learningRate: 0.2, activation: 'mish' }
      : { learningRate: 0.04, activation: 'selu' }),
    dropout: facts.rows < rowsOfMoreDropout ? 0.3 : 0.15,
    members: facts.rows < fewRows ? 4 : 1,
    epochs: facts.rows < rowsOfMoreDropout ? 128 : 256,
  };
  return [
    first,
    { ...first, width: 128, dropout: 0.05, waveWidth: 1, learningRate: facts.task === 'regression' ? 0.1 : 0.06 },
    { ...first, layers: 2, width: 384, dropout: 0.4, waveWidth: 0.05, activation: 'mish' },
  ];
}
