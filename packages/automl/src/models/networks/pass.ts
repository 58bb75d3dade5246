import type { Machine } from '../../backend/machine.ts';
import {
  activate,
  activateBack,
  activationSettings,
  embed,
  embedBack,
  scaleInputs,
  scaleInputsBack,
} from '../../backend/operations.ts';
import type { Structure } from './structure.ts';

/** What the way forward leaves for the way back. */
export interface Trace<T> {
  inputs: T;
  /** what enters the scale */
  scaled: T;
  /** what enters each layer */
  entering: T[];
  /** per hidden layer: dh/dz and, for strengths, dh/da */
  slopes: T[][];
}

/**
 * Rows x inputs -> copies * rows x outputs without the last bias, which is added where outputs are read. Training and
 * prediction are this one function: with TensorFlow.js, or with the kernel alone, bit by bit the same.
 */
export function forward<T>(
  machine: Machine<T>,
  structure: Structure,
  values: Record<string, T>,
  inputs: T,
  training?: { dropout: number; seed: number },
): { outputs: T; trace: Trace<T> } {
  const { copies, widths, activation } = structure;
  const [rows] = machine.shapeOf(inputs) as [number];
  const scaled = structure.embedded
    ? machine.apply(embed, [inputs, values.waves!, values.phases!, values.mix!, values.shift!])[0]!
    : inputs;
  let hidden = machine.apply(scaleInputs, [scaled, values.scale!])[0]!;
  const trace: Trace<T> = { inputs, scaled, entering: [hidden], slopes: [] };
  for (const l of widths.keys()) {
    const z = machine.multiply(hidden, values[`weights${l}`]!);
    const strength = values[`strength${l}`];
    const [h, ...slopes] = machine.apply(activate, [z, values[`bias${l}`]!, ...(strength ? [strength] : [])], {
      ...activationSettings(activation),
      ...(training ? { train: 1, dropout: training.dropout, seed: (training.seed + l) >>> 0 } : {}),
    });
    hidden = h!;
    trace.entering.push(hidden);
    trace.slopes.push(slopes);
  }
  const last = values[`weights${widths.length}`]!;
  if (copies === 1) return { outputs: machine.multiply(hidden, last), trace };
  const apart = machine.reshape(hidden, [copies, rows, widths.at(-1) ?? machine.shapeOf(hidden)[1]!]);
  const outputs = machine.multiply(apart, last);
  return { outputs: machine.reshape(outputs, [copies * rows, structure.outputs]), trace };
}

/** Gradients by name from those of the outputs (copies * rows x outputs); the last bias's is the caller's. */
export function backward<T>(
  machine: Machine<T>,
  structure: Structure,
  values: Record<string, T>,
  trace: Trace<T>,
  dOutputs: T,
): Record<string, T> {
  const { copies, widths, outputs } = structure;
  const [rows] = machine.shapeOf(trace.inputs) as [number];
  const found: Record<string, T> = {};
  const last = widths.length;
  const width = machine.shapeOf(trace.entering[last]!)[1]!;
  const apart = (tensor: T, columns: number) =>
    copies === 1 ? tensor : machine.reshape(tensor, [copies, rows, columns]);
  const dApart = apart(dOutputs, outputs);
  found[`weights${last}`] = machine.multiply(apart(trace.entering[last]!, width), dApart, true, false);
  const back = machine.multiply(dApart, values[`weights${last}`]!, false, true);
  let dHidden = copies === 1 ? back : machine.reshape(back, [copies * rows, width]);
  for (let l = last - 1; l >= 0; l--) {
    const [dz, dBias, dStrength] = machine.apply(activateBack, [dHidden, ...trace.slopes[l]!]);
    found[`bias${l}`] = dBias!;
    if (dStrength) found[`strength${l}`] = dStrength;
    found[`weights${l}`] = machine.multiply(trace.entering[l]!, dz!, true, false);
    dHidden = machine.multiply(dz!, values[`weights${l}`]!, false, true);
  }
  const wanted = structure.embedded > 0 ? 1 : 0;
  const [dScale, dx] = machine.apply(scaleInputsBack, [dHidden, trace.scaled, values.scale!], { inputs: wanted });
  found.scale = dScale!;
  if (!dx) return found;
  const [waves, phases, mix, shift] = machine.apply(embedBack, [
    dx,
    trace.inputs,
    values.waves!,
    values.phases!,
    values.mix!,
  ]);
  return Object.assign(found, { waves, phases, mix, shift });
}
