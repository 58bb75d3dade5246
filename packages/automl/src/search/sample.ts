import type { Random } from '@laurel/tabular/random';
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

/** The parameters that can vary at all, in the order of the space: the dimensions of a point. */
export function dimensionsOf(space: SearchSpace): [string, Parameter][] {
  return Object.entries(space).filter(([, parameter]) =>
    parameter.kind === 'choice' ? parameter.values.length > 1 : parameter.max > parameter.min,
  );
}

/** Where a value lies in 0..1; a choice in the middle of its part. What is no value of the parameter counts as its default. */
export function positionIn(parameter: Parameter, value: unknown): number {
  if (parameter.kind === 'choice') {
    const at = parameter.values.indexOf(value as never);
    return ((at < 0 ? Math.max(0, parameter.values.indexOf(parameter.default)) : at) + 0.5) / parameter.values.length;
  }
  const number = typeof value === 'number' && Number.isFinite(value) ? value : parameter.default;
  return toUnit(parameter, Math.min(parameter.max, Math.max(parameter.min, number)));
}

/** The value at a place in 0..1: the inverse of `positionIn`. */
export function valueAt(parameter: Parameter, position: number): unknown {
  if (parameter.kind !== 'choice') return fromUnit(parameter, position);
  const { values } = parameter;
  return values[Math.min(values.length - 1, Math.max(0, Math.floor(position * values.length)))];
}

/** Where every family's search begins when it should be cheap: `lowCost` where it is given, else the default. */
export function lowCostConfig(space: SearchSpace): Config {
  return Object.fromEntries(
    Object.entries(space).map(([name, parameter]) => [name, parameter.lowCost ?? parameter.default]),
  );
}
