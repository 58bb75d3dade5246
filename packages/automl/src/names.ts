import type { Config, FamilyInfo } from './models/types.ts';

const mostShown = 3;

/** A name for people: the family, and the first settings that differ from its defaults. */
export function configName(info: Pick<FamilyInfo, 'label' | 'space'>, config: Config): string {
  const special = Object.entries(info.space)
    .filter(([name, parameter]) => name in config && config[name] !== parameter.default)
    .map(([name, parameter]) => setting(parameter.short ?? short(parameter.label), config[name]));
  return special.length === 0 ? info.label : `${info.label} · ${special.slice(0, mostShown).join(', ')}`;
}

/** A label without its explanation in parentheses. */
function short(label: string): string {
  return label.replace(/ *\([^)]*\)/g, '').toLowerCase();
}

/** A switch that is on says its name alone. */
function setting(name: string, value: unknown): string {
  return value === true ? name : `${name} ${show(value)}`;
}

function show(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(3)));
  return value === false ? 'off' : String(value);
}
