import { choiceOf, numberOf } from '../config.ts';
import { fitNetworks } from '../networks/fit.ts';
import { restoreNetworks } from '../networks/model.ts';
import { realmlpRates, realmlpScaling } from '../networks/recipe.ts';
import type { Family, FitInput } from '../types.ts';
import { realmlpInfo } from './info.ts';

/** RealMLP-TD (Holzmüller, Grinsztajn and Steinwart 2024). */
export const family: Family = { fit, restore: restoreNetworks };

function fit(input: FitInput) {
  const { space } = realmlpInfo;
  const number = (key: keyof typeof space) => numberOf(input.config, space, key);
  return fitNetworks(input, {
    widths: new Array<number>(number('layers')).fill(Number(choiceOf(input.config, space, 'width'))),
    activation: choiceOf(input.config, space, 'activation') === 'mish' ? 'mish' : 'selu',
    parametric: true,
    embeds: true,
    waveWidth: number('waveWidth'),
    copies: 1,
    members: number('members'),
    scaling: realmlpScaling,
    start: 'data',
    rates: { ...realmlpRates, scale: number('scaleRate') },
    learningRate: number('learningRate'),
    schedule: 'coslog4',
    beta2: number('beta2'),
    dropout: number('dropout'),
    weightDecay: number('weightDecay'),
    labelSmoothing: number('labelSmoothing'),
    epochs: number('epochs'),
  });
}
