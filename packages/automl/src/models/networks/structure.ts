import type { Activation } from '../../backend/operations.ts';

/** The shape of a network; plain JSON, stored with its parameters. */
export interface Structure {
  /** numbers, then ones, of a row */
  inputs: number;
  /** the first so many inputs are embedded: each becomes four numbers */
  embedded: number;
  /** networks that share every layer but the first scale and the last layer (TabM-mini); 1: a plain network */
  copies: number;
  /** units of the hidden layers */
  widths: number[];
  outputs: number;
  activation: Activation;
  /** every hidden unit learns how much it is bent */
  parametric: boolean;
}

/** Numbers in single precision, by name, of the shapes of `parametersOf`. */
export type Values = Record<string, Float32Array<ArrayBuffer>>;

export interface Parameter {
  name: string;
  shape: number[];
  /** factor of the learning rate */
  rate: number;
  decays: boolean;
}

/** How learning rates differ by parameter. */
export interface Rates {
  scale: number;
  bias: number;
  strength: number;
  embedding: number;
  /** weights learn by 1 / sqrt(inputs), which is RealMLP's parametrisation (neural tangent kernel); else all alike */
  byInputs: boolean;
  /** scales and embeddings decay as weights do */
  decaysAll: boolean;
}

export const waves = 16;

/** What a network learns, in the order in which everything is done to it. */
export function parametersOf(structure: Structure, rates: Rates): Parameter[] {
  const { embedded, copies, widths, outputs, parametric } = structure;
  const list: Parameter[] = [];
  const add = (name: string, shape: number[], rate: number, decays: boolean) =>
    list.push({ name, shape, rate, decays });
  if (embedded > 0) {
    add('waves', [embedded, waves], rates.embedding, rates.decaysAll);
    // phases are counted in turns, not radians
    add('phases', [embedded, waves], rates.embedding / (2 * Math.PI), rates.decaysAll);
    add('mix', [embedded, 3, waves], rates.embedding, rates.decaysAll);
    add('shift', [embedded, 3], rates.embedding, rates.decaysAll);
  }
  let inputs = enteringOf(structure);
  const weightRate = () => (rates.byInputs ? 1 / Math.sqrt(Math.max(1, inputs)) : 1);
  add('scale', [copies, inputs], rates.scale, rates.decaysAll);
  for (const [l, width] of widths.entries()) {
    add(`weights${l}`, [inputs, width], weightRate(), true);
    add(`bias${l}`, [width], rates.bias, false);
    if (parametric) add(`strength${l}`, [width], rates.strength, false);
    inputs = width;
  }
  const last = widths.length;
  add(`weights${last}`, copies > 1 ? [copies, inputs, outputs] : [inputs, outputs], weightRate(), true);
  add(`bias${last}`, [copies, outputs], rates.bias, false);
  return list;
}

/** Shapes and names do not depend on rates. */
const noRates: Rates = { scale: 0, bias: 0, strength: 0, embedding: 0, byInputs: false, decaysAll: false };

/** Names and shapes of what a network learns. */
export function shapesOf(structure: Structure): Pick<Parameter, 'name' | 'shape'>[] {
  return parametersOf(structure, noRates);
}

/** Numbers that enter the first layer. */
export function enteringOf({ inputs, embedded }: Structure): number {
  return inputs + 3 * embedded;
}

/** How many numbers a network has. */
export function countOf(structure: Structure): number {
  const { copies, widths, outputs, embedded } = structure;
  let inputs = enteringOf(structure);
  let count = copies * inputs + embedded * (5 * waves + 3);
  for (const width of widths) {
    count += (inputs + 2) * width;
    inputs = width;
  }
  return count + copies * (inputs + 1) * outputs;
}

/** Multiplications of one row on its way forward. */
export function productsOf({ copies, widths, outputs, ...rest }: Structure): number {
  let inputs = enteringOf({ copies, widths, outputs, ...rest });
  let count = rest.embedded * 8 * waves;
  for (const width of widths) {
    count += copies * inputs * width;
    inputs = width;
  }
  return count + copies * inputs * outputs;
}

export function copyOf(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, numbers]) => [name, numbers.slice()]));
}
