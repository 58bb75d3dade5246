import type { ParameterChoice, SpaceChoices } from '@laurel/contracts';
import type { Config, FamilyInfo, Parameter, SearchSpace } from '../models/types.ts';

type Searched = Pick<FamilyInfo, 'id' | 'space' | 'startingConfigs'>;

/**
 * The family as the user wants it searched: ranges are narrowed, what is fixed has one value, and the starting
 * configurations keep to it. What nobody chose stays as it is. Choices were validated by the plan.
 */
export function withChoices<Family extends Searched>(family: Family, choices: SpaceChoices | undefined): Family {
  const own = choices?.[family.id];
  if (!own) return family;
  const space: SearchSpace = Object.fromEntries(
    Object.entries(family.space).map(([name, parameter]) => [name, narrowed(parameter, own[name])]),
  );
  const names = Object.keys(space).filter((name) => own[name] !== undefined);
  return {
    ...family,
    space,
    startingConfigs: (facts) => distinct(family.startingConfigs(facts).map((config) => confined(config, space, names))),
  };
}

/** A configuration moved into the space: to the nearest value of the parameters named. */
export function confined(config: Config, space: SearchSpace, names = Object.keys(space)): Config {
  const result: Config = { ...config };
  for (const name of names) {
    const parameter = space[name];
    if (parameter) result[name] = nearest(parameter, config[name]);
  }
  return result;
}

function narrowed(parameter: Parameter, choice: ParameterChoice | undefined): Parameter {
  if (choice === undefined) return parameter;
  if ('fixed' in choice) return asChoice(parameter, [choice.fixed]);
  if ('values' in choice) return asChoice(parameter, choice.values);
  if (parameter.kind === 'choice') return parameter;
  const min = Math.max(parameter.min, choice.min ?? parameter.min);
  const max = Math.min(parameter.max, choice.max ?? parameter.max);
  const range = { ...parameter, min, max };
  return {
    ...range,
    default: nearest(range, parameter.default) as number,
    ...(parameter.lowCost === undefined ? {} : { lowCost: nearest(range, parameter.lowCost) as number }),
  };
}

function asChoice(parameter: Parameter, values: readonly (number | string | boolean)[]): Parameter {
  const { label, short, when, lowCost } = parameter;
  const known = parameter.kind === 'choice' ? parameter : null;
  const added = known?.addsColumns;
  const adds = added && ((value: string | number | boolean) => added[known!.values.indexOf(value)] ?? 0);
  const choice = {
    kind: 'choice',
    label,
    ...(short === undefined ? {} : { short }),
    ...(when === undefined ? {} : { when }),
    values: [...new Set(values)],
    default: values[0]!,
    ...(adds ? { addsColumns: [...new Set(values)].map((value) => adds(value)) } : {}),
  } as const;
  const value = (wanted: unknown) => nearest(choice, wanted) as string | number | boolean;
  return {
    ...choice,
    default: value(parameter.default),
    ...(lowCost === undefined ? {} : { lowCost: value(lowCost) }),
  };
}

/** The value of the parameter that is nearest to the one wanted; its default for what is no value at all. */
function nearest(parameter: Parameter, wanted: unknown): unknown {
  if (parameter.kind !== 'choice') {
    const number = typeof wanted === 'number' && Number.isFinite(wanted) ? wanted : parameter.default;
    const whole = parameter.kind === 'int' ? Math.round(number) : number;
    return Math.min(parameter.max, Math.max(parameter.min, whole));
  }
  const found = parameter.values.find((value) => value === wanted);
  if (found !== undefined) return found;
  const numbers = parameter.values.filter((value) => typeof value === 'number');
  if (typeof wanted !== 'number' || numbers.length === 0) return parameter.default;
  return numbers.reduce((best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best));
}

function distinct(configs: Config[]): Config[] {
  const seen = new Set<string>();
  return configs.filter((config) => {
    const key = JSON.stringify(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
