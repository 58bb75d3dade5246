import type { Random } from '@laurel/tabular';
import type { Config, Parameter, SearchSpace } from '../models/types.ts';

/** A configuration drawn from the space: uniform, or uniform in the logarithm where a parameter says so. */
export function sampleConfig(space: SearchSpace, random: Random): Config {
  return Object.fromEntries(Object.entries(space).map(([name, parameter]) => [name, sampleValue(parameter, random)]));
}

export function sampleValue(parameter: Parameter, random: Random): unknown {
  if (parameter.kind === 'choice') return parameter.values[random.int(parameter.values.length)];
  return fromUnit(parameter, random.next());
}

type NumberParameter = Extract<Parameter, { min: number }>;

/** The value at `unit` (0..1) of the way from min to max, on the parameter's scale; four significant digits. */
export function fromUnit(parameter: NumberParameter, unit: number): number {
  const at = Math.min(1, Math.max(0, unit));
  const { min, max } = parameter;
  const raw = parameter.log ? min * (max / min) ** at : min + (max - min) * at;
  // Rounding keeps configurations readable, and equal where powers differ in the last bit between machines.
  const rounded = parameter.kind === 'int' ? Math.round(raw) : Number(raw.toPrecision(4));
  return Math.min(max, Math.max(min, rounded));
}

export function toUnit(parameter: NumberParameter, value: number): number {
  const { min, max } = parameter;
  if (max === min) return 0;
  return parameter.log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
}
