import type { Random } from '@laurel/tabular';
import { plainMachine } from '../../backend/machine.ts';
import { activate, activationSettings, embed, scaleInputs } from '../../backend/operations.ts';
import { enteringOf, type Structure, type Values, waves } from './structure.ts';

/**
 * data: RealMLP's start (Holzmüller et al. 2024): weights so that every unit has a standard deviation of 1 on rows of the
 * data, and a bias that puts its bend among them.
 * normal: RealMLP-TD-S's: N(0, 1 / inputs), bias N(0, 1), nothing in the last layer, whose bias is `start`.
 * uniform: PyTorch's: within 1 / sqrt(inputs); scales of several copies are signs.
 */
export type Start = 'data' | 'normal' | 'uniform';

/** Rows of the data that a start looks at, at most. */
export const startRows = 512;
const rowsPerBend = 5;

/** The numbers that a network starts with. `rows` x inputs are numbers of training rows, for a start that looks at them. */
export function initialValues(
  structure: Structure,
  { start: kind, waveWidth }: { start: Start; waveWidth: number },
  data: { inputs: Float32Array; rows: number },
  start: Float64Array,
  random: Random,
): Values {
  const { embedded, copies, widths, outputs, parametric } = structure;
  const values: Values = {};
  if (embedded > 0) {
    values.waves = fill(embedded * waves, () => waveWidth * random.normal());
    values.phases = fill(embedded * waves, () => random.next() - 0.5);
    values.mix = fill(embedded * 3 * waves, () => (2 * random.next() - 1) / Math.sqrt(waves));
    values.shift = fill(embedded * 3, () => (2 * random.next() - 1) / Math.sqrt(waves));
  }
  let inputs = enteringOf(structure);
  const signs = kind === 'uniform' && copies > 1;
  values.scale = fill(copies * inputs, () => (signs && random.next() < 0.5 ? -1 : 1));
  for (const [l, width] of widths.entries()) {
    values[`weights${l}`] = weights(kind, inputs, width, random);
    values[`bias${l}`] = bias(kind, inputs, width, random);
    if (parametric) values[`strength${l}`] = fill(width, () => 1);
    inputs = width;
  }
  const last = widths.length;
  const isZero = kind === 'normal';
  values[`weights${last}`] = fill(copies * inputs * outputs, () => 0);
  values[`bias${last}`] = fill(copies * outputs, (i) => start[i % outputs]!);
  if (!isZero) values[`weights${last}`] = weights(kind, inputs, copies * outputs, random);
  if (kind === 'data') fitToData(structure, values, data, start, random);
  return values;
}

function weights(kind: Start, inputs: number, outputs: number, random: Random): Float32Array<ArrayBuffer> {
  const size = 1 / Math.sqrt(Math.max(1, inputs));
  if (kind === 'uniform') return fill(inputs * outputs, () => size * (2 * random.next() - 1));
  return fill(inputs * outputs, () => size * random.normal());
}

function bias(kind: Start, inputs: number, outputs: number, random: Random): Float32Array<ArrayBuffer> {
  if (kind === 'data') return new Float32Array(outputs);
  const size = 1 / Math.sqrt(Math.max(1, inputs));
  return fill(outputs, () => (kind === 'uniform' ? size * (2 * random.next() - 1) : random.normal()));
}

/** Layer by layer, on rows of the data: weights by what their units give, then bias (pytabkit's "he+5"). */
function fitToData(
  structure: Structure,
  values: Values,
  data: { inputs: Float32Array; rows: number },
  start: Float64Array,
  random: Random,
): void {
  const machine = plainMachine();
  const rows = Math.min(startRows, data.rows);
  const { widths, embedded } = structure;
  const last = widths.length;
  const put = (name: string, shape: number[]) => machine.put(values[name]!, shape);
  let hidden = machine.put(data.inputs.subarray(0, rows * structure.inputs), [rows, structure.inputs]);
  if (embedded > 0) {
    const own = [put('waves', [embedded, waves]), put('phases', [embedded, waves])];
    own.push(put('mix', [embedded, 3, waves]), put('shift', [embedded, 3]));
    hidden = machine.apply(embed, [hidden, ...own])[0]!;
  }
  let inputs = enteringOf(structure);
  hidden = machine.apply(scaleInputs, [hidden, put('scale', [structure.copies, inputs])])[0]!;
  for (let l = 0; l <= last; l++) {
    const width = widths[l] ?? structure.outputs;
    const z = machine.multiply(hidden, put(`weights${l}`, [inputs, width]));
    const units = machine.read(z).slice();
    const factors = deviations(units, rows, width).map((deviation) => (deviation > 1e-6 ? 1 / deviation : 1));
    scaleColumns(values[`weights${l}`]!, factors);
    scaleColumns(units, factors);
    // the last bias starts where the classes' shares are: pytabkit draws it as the others
    if (l === last) break;
    values[`bias${l}`] = Float32Array.from({ length: width }, (_, unit) => -someMean(units, rows, width, unit, random));
    const bent = [machine.put(units, [rows, width]), put(`bias${l}`, [width])];
    hidden = machine.apply(activate, bent, activationSettings(structure.activation))[0]!;
    inputs = width;
  }
  values[`bias${last}`] = Float32Array.from(start);
}

/** A randomly weighted mean of a unit's numbers on five rows. */
function someMean(units: Float32Array, rows: number, width: number, unit: number, random: Random): number {
  let sum = 0;
  let weightSum = 0;
  for (let i = 0; i < rowsPerBend; i++) {
    const weight = -Math.log(1 - random.next());
    sum += weight * units[random.int(rows) * width + unit]!;
    weightSum += weight;
  }
  return weightSum > 0 ? sum / weightSum : 0;
}

function deviations(values: Float32Array, rows: number, width: number): Float64Array {
  const means = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let at = 0; at < rows * width; at += width) {
    for (let j = 0; j < width; j++) means[j]! += values[at + j]! / rows;
  }
  for (let at = 0; at < rows * width; at += width) {
    for (let j = 0; j < width; j++) squares[j]! += (values[at + j]! - means[j]!) ** 2 / rows;
  }
  return squares.map(Math.sqrt);
}

function scaleColumns(values: Float32Array, factors: Float64Array): void {
  const width = factors.length;
  for (let at = 0; at < values.length; at += width) {
    for (let j = 0; j < width; j++) values[at + j]! *= factors[j]!;
  }
}

function fill(length: number, draw: (i: number) => number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = draw(i);
  return values;
}
