import type { TrialView } from '@laurel/contracts';
import type { CatalogEntry, Parameter } from '../models/types.ts';
import { toUnit } from './sample.ts';

/** A trial as the API answers it. */
export type SearchTrial = Pick<
  TrialView,
  'number' | 'family' | 'name' | 'config' | 'status' | 'score' | 'startedAt' | 'finishedAt' | 'worker' | 'rungRows'
>;
export type InsightFamily = Pick<CatalogEntry, 'id' | 'label' | 'space' | 'combines'>;
export type ParameterValue = string | number | boolean;

/** The score of a trial on all rows; null for one that failed, was stopped, or saw a part of the rows only. */
export function comparableScore(trial: SearchTrial): number | null {
  const isWhole = trial.rungRows === undefined || trial.rungRows === null;
  return trial.status === 'completed' && isWhole ? trial.score : null;
}

/** What the configuration says of a parameter, or its default. */
export function settingOf(trial: SearchTrial, family: InsightFamily, name: string): ParameterValue {
  const value = trial.config[name];
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return known ? value : family.space[name]!.default;
}

/** Where a value lies between 0 (least, or the first choice) and 1, on the parameter's scale. */
export function positionOf(parameter: Parameter, value: ParameterValue): number {
  if (parameter.kind === 'choice') {
    return Math.max(0, parameter.values.indexOf(value)) / Math.max(1, parameter.values.length - 1);
  }
  const number = Number(value);
  const inside = Math.min(parameter.max, Math.max(parameter.min, Number.isFinite(number) ? number : parameter.default));
  return toUnit(parameter, inside);
}
