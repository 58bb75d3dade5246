import type { Random } from '@laurel/tabular';

export type Activation = 'selu' | 'mish';

/** Weights row by row (inputs x outputs) in single precision, as TensorFlow.js has them. */
export interface Layer {
  inputs: number;
  outputs: number;
  weights: Float32Array;
  bias: Float32Array;
}

/** A factor per input, then layers; an activation after every layer but the last. */
export interface Network {
  scale: Float32Array;
  layers: Layer[];
  activation: Activation;
}

/**
 * RealMLP-TD-S's start: weights N(0, 1 / inputs), which with per-layer learning rates is the NTK parametrisation; bias
 * N(0, 1); a last layer of zeros whose bias gives `start`.
 */
export function createNetwork(
  shape: { inputs: number; width: number; layers: number; outputs: number; activation: Activation },
  start: Float64Array,
  random: Random,
): Network {
  const layers: Layer[] = [];
  let inputs = shape.inputs;
  for (let l = 0; l < shape.layers; l++) {
    const weights = new Float32Array(inputs * shape.width).map(() => random.normal() / Math.sqrt(inputs));
    const bias = new Float32Array(shape.width).map(() => random.normal());
    layers.push({ inputs, outputs: shape.width, weights, bias });
    inputs = shape.width;
  }
  const weights = new Float32Array(inputs * shape.outputs);
  layers.push({ inputs, outputs: shape.outputs, weights, bias: Float32Array.from(start) });
  return { scale: new Float32Array(shape.inputs).fill(1), layers, activation: shape.activation };
}

export function copyNetwork(network: Network): Network {
  return {
    scale: network.scale.slice(),
    activation: network.activation,
    layers: network.layers.map((layer) => ({ ...layer, weights: layer.weights.slice(), bias: layer.bias.slice() })),
  };
}

/** Every array that is trained, with the factor of its learning rate: 6 for scales, 0.1 for bias, 1 / sqrt(inputs) for weights. */
export function trainedArrays(network: Network): { values: Float32Array; rate: number; decays: boolean }[] {
  return [
    { values: network.scale, rate: 6, decays: false },
    ...network.layers.flatMap((layer) => [
      { values: layer.weights, rate: 1 / Math.sqrt(layer.inputs), decays: true },
      { values: layer.bias, rate: 0.1, decays: false },
    ]),
  ];
}

const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** Replaces pre-activations by activations; writes the derivatives too where they are wanted. */
export function activate(activation: Activation, values: Float32Array, slopes: Float32Array | null): void {
  if (activation === 'selu') {
    for (let i = 0; i < values.length; i++) {
      const z = values[i]!;
      if (z > 0) {
        values[i] = seluScale * z;
        if (slopes) slopes[i] = seluScale;
      } else {
        const e = seluScale * seluAlpha * fastExp(z);
        values[i] = e - seluScale * seluAlpha;
        if (slopes) slopes[i] = e;
      }
    }
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const z = values[i]!;
    if (z > 20) {
      if (slopes) slopes[i] = 1;
      continue;
    }
    const e = fastExp(z);
    const n = e * (e + 2);
    const t = n / (n + 2); // tanh(log(1 + e^z))
    values[i] = z * t;
    if (slopes) slopes[i] = t + z * (e / (1 + e)) * (1 - t * t);
  }
}

/** Powers of two from 2^-160 on. */
const powers = new Float64Array(320).map((_, i) => 2 ** (i - 160));

/**
 * e^z to about 1e-9, several times faster than Math.exp and the same on every version of Node. z is kept within +-100.
 * Cody and Waite's reduction to |r| <= ln(2) / 2, then a polynomial.
 */
export function fastExp(value: number): number {
  const z = Math.min(100, Math.max(-100, value));
  const whole = Math.round(z * Math.LOG2E);
  const r = z - whole * Math.LN2;
  const part = 1 + r * (1 + r * (0.5 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r / 5040))))));
  return part * powers[whole + 160]!;
}
