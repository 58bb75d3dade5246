import type { Config, SearchSpace } from './types.ts';

/** A number from a config, kept within the limits of the family's space; its default when it is absent or not a number. */
export function numberOf(config: Config, space: SearchSpace, key: string): number {
  const parameter = space[key];
  if (!parameter || parameter.kind === 'choice') throw new Error(`"${key}" is not a number of the search space.`);
  const value = config[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) return parameter.default;
  return Math.min(parameter.max, Math.max(parameter.min, parameter.kind === 'int' ? Math.round(value) : value));
}

/** Numbers of a config moved to the nearest that the space allows: for settings that were found in wider ones. */
export function withinSpace(config: Config, space: SearchSpace): Config {
  return Object.fromEntries(Object.keys(config).map((key) => [key, numberOf(config, space, key)]));
}

/** A choice from a config; the default when it is absent or not among the values. */
export function choiceOf(config: Config, space: SearchSpace, key: string): string | number | boolean {
  const parameter = space[key];
  if (parameter?.kind !== 'choice') throw new Error(`"${key}" is not a choice of the search space.`);
  const value = config[key];
  const found = parameter.values.find((candidate) => candidate === value);
  return found === undefined ? parameter.default : found;
}
