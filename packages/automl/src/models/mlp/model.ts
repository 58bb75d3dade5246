import type { Activation } from '../../backend/operations.ts';
import { choiceOf, numberOf } from '../config.ts';
import { fitNetworks } from '../networks/fit.ts';
import { restoreNetworks } from '../networks/model.ts';
import { realmlpRates, realmlpScaling } from '../networks/recipe.ts';
import type { Family, FitInput } from '../types.ts';
import { mlpInfo } from './info.ts';

/** A multilayer perceptron after RealMLP-TD-S (Holzmüller, Grinsztajn and Steinwart 2024). */
export const family: Family = { fit, restore: restoreNetworks };

function fit(input: FitInput) {
  const { space } = mlpInfo;
  const number = (key: keyof typeof space) => numberOf(input.config, space, key);
  return fitNetworks(input, {
    widths: new Array<number>(number('layers')).fill(number('width')),
    activation: choiceOf(input.config, space, 'activation') as Activation,
    parametric: false,
    embeds: false,
    waveWidth: 0,
    copies: 1,
    members: 1,
    scaling: realmlpScaling,
    start: 'normal',
    rates: { ...realmlpRates, decaysAll: false },
    learningRate: number('learningRate'),
    schedule: 'coslog4',
    beta2: 0.95,
    dropout: number('dropout'),
    weightDecay: number('weightDecay'),
    labelSmoothing: number('labelSmoothing'),
    epochs: number('epochs'),
  });
}
