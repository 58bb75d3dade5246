import type { Activation } from '../../backend/operations.ts';
import type { DesignOptions } from '../../features/design.ts';
import type { Start } from './initial.ts';
import type { ScheduleName } from './schedules.ts';
import type { Rates } from './structure.ts';

/** Everything in which the families of networks differ. */
export interface Recipe {
  widths: number[];
  activation: Activation;
  parametric: boolean;
  /** numbers are embedded as waves */
  embeds: boolean;
  /** standard deviation of the waves' frequencies at the start */
  waveWidth: number;
  copies: number;
  /** networks of different seeds whose predictions are averaged, at most */
  members: number;
  scaling: DesignOptions;
  start: Start;
  rates: Rates;
  learningRate: number;
  schedule: ScheduleName;
  beta2: number;
  dropout: number;
  weightDecay: number;
  labelSmoothing: number;
  epochs: number;
}

/** RealMLP's factors of learning rates. */
export const realmlpRates: Rates = {
  scale: 6,
  bias: 0.1,
  strength: 0.1,
  embedding: 0.1,
  byInputs: true,
  decaysAll: true,
};

/** RealMLP's robust scaling of numbers with a smooth clip; ones for categories and signs for pairs, which are not scaled. */
export const realmlpScaling: DesignOptions = { kind: 'robust', skewLimit: null, pieces: 0, signedPairs: true };
