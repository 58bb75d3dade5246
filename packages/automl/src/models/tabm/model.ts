import { numberOf } from '../config.ts';
import { fitNetworks } from '../networks/fit.ts';
import { restoreNetworks } from '../networks/model.ts';
import type { Family, FitInput } from '../types.ts';
import { tabmInfo } from './info.ts';

/**
 * TabM-mini (Gorishniy, Kotelnikov and Babenko 2025) on piecewise linear encodings of numbers: scales of random signs in
 * front of shared layers, a last layer for each copy, and the mean of the copies' losses.
 */
export const family: Family = { fit, restore: restoreNetworks };

function fit(input: FitInput) {
  const { space } = tabmInfo;
  const number = (key: keyof typeof space) => numberOf(input.config, space, key);
  return fitNetworks(input, {
    widths: new Array<number>(number('layers')).fill(number('width')),
    activation: 'relu',
    parametric: false,
    embeds: false,
    waveWidth: 0,
    copies: number('copies'),
    members: 1,
    scaling: { kind: 'standard', skewLimit: 0, pieces: number('pieces'), signedPairs: true },
    start: 'uniform',
    rates: { scale: 1, bias: 1, strength: 1, embedding: 1, byInputs: false, decaysAll: false },
    learningRate: number('learningRate'),
    schedule: 'flatCosine',
    beta2: 0.999,
    dropout: number('dropout'),
    weightDecay: number('weightDecay'),
    labelSmoothing: number('labelSmoothing'),
    epochs: number('epochs'),
  });
}
