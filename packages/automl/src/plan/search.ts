import { AppError, type ExperimentPlan, type ParameterChoice, type SpaceChoices } from '@laurel/contracts';
import { familyOf } from '../families.ts';
import { families } from '../models/registry.ts';
import type { Config, FamilyInfo, Parameter } from '../models/types.ts';
import { findStrategy, strategies } from '../search/registry.ts';

/** What a request says of the search. */
export interface SearchRequest {
  families?: string[] | undefined;
  strategy?: string | undefined;
  space?: SpaceChoices | undefined;
  /** `off`: no models are combined, the best single one wins */
  ensemble?: 'auto' | 'off' | undefined;
  constraints?: { maxPredictMsPerRow?: number | undefined; maxModelBytes?: number | undefined } | undefined;
  trialSeconds?: number | undefined;
  /** an earlier experiment, by id: whoever can read it puts its best configurations in `warmStarts` */
  warmStartFrom?: string | undefined;
  warmStarts?: readonly WarmStart[] | undefined;
}

interface WarmStart {
  family: string;
  config: Config;
}

type SearchPart = Pick<
  ExperimentPlan,
  | 'families'
  | 'strategy'
  | 'space'
  | 'ensemble'
  | 'constraints'
  | 'trialSeconds'
  | 'warmStarts'
  | 'warmStartFrom'
  | 'warnings'
>;

/** More would keep a run from anything new. */
const mostWarmStarts = 20;

/**
 * The part of a plan that says how is searched. Throws FAMILY_UNKNOWN, STRATEGY_UNKNOWN and PARAMETER_INVALID, each with
 * what there is to choose from.
 */
export function planSearch(
  request: SearchRequest,
  { task, budget }: Pick<ExperimentPlan, 'task' | 'budget'>,
): SearchPart {
  const chosen = chooseFamilies(request.families, task);
  const space = readSpace(request.space, chosen, task);
  const constraints = readConstraints(request.constraints);
  const { kept, warnings } = readWarmStarts(request.warmStarts ?? [], chosen);
  return {
    families: chosen,
    strategy: chooseStrategy(request.strategy),
    ...(space ? { space } : {}),
    ...(request.ensemble === undefined ? {} : { ensemble: request.ensemble }),
    ...(constraints ? { constraints } : {}),
    ...(request.trialSeconds === undefined
      ? {}
      : { trialSeconds: positive('The time of a model in seconds', request.trialSeconds) }),
    ...(kept.length > 0 ? { warmStarts: kept } : {}),
    ...(request.warmStartFrom === undefined ? {} : { warmStartFrom: request.warmStartFrom }),
    warnings: [...warnings, ...(request.trialSeconds !== undefined && budget.seconds === null ? [clockWarning] : [])],
  };
}

const clockWarning = {
  code: 'TRIAL_CLOCK',
  message:
    'A longest time of a model lets the clock decide, so that the same seed may give other models. Leave it out to get the same ones again.',
};

/** The families asked for, always with the reference, in the registry's order. Ensembles are made in any case. */
function chooseFamilies(asked: string[] | undefined, task: ExperimentPlan['task']): string[] {
  const fitting = fittingFamilies(task);
  if (asked === undefined) return fitting.map((family) => family.id);
  const wanted = asked.map(familyOf);
  const chosen = fitting.filter((family) => family.reference || wanted.includes(family));
  if (!chosen.some((family) => asked.includes(family.id))) {
    const known = fitting.map((family) => family.id).join(', ');
    throw new AppError(
      'FAMILY_UNKNOWN',
      `None of the families asked for can be trained for a ${task} task. There are: ${known}.`,
    );
  }
  return chosen.map((family) => family.id);
}

function fittingFamilies(task: ExperimentPlan['task']): FamilyInfo[] {
  return families.filter((family) => {
    if (family.combines) return false;
    // Families of rows learn a forecast as a regression; what it has to beat is a forecast itself.
    const asRegression = task === 'forecast' && !family.reference && family.tasks.includes('regression');
    return family.tasks.includes(task) || asRegression;
  });
}

function chooseStrategy(asked: string | undefined): string {
  if (asked === undefined) return strategies[0]!.id;
  const found = findStrategy(asked);
  if (found) return found.id;
  const valid = strategies.map(({ id }) => id);
  throw new AppError(
    'STRATEGY_UNKNOWN',
    `There is no search strategy ${JSON.stringify(asked)}. Choose one of: ${valid.join(', ')}; or leave it out for the first.`,
    { details: { valid } },
  );
}

/** The choices that can have an effect: those of families that do not take part are checked and left out. */
function readSpace(
  asked: SpaceChoices | undefined,
  chosen: readonly string[],
  task: ExperimentPlan['task'],
): SpaceChoices | undefined {
  const kept: SpaceChoices = {};
  for (const [id, choices] of Object.entries(asked ?? {})) {
    const family = fittingFamilies(task).find((candidate) => candidate.id === id) ?? familyOf(id);
    for (const [name, choice] of Object.entries(choices)) checkChoice(family, name, choice);
    if (chosen.includes(id) && Object.keys(choices).length > 0) kept[id] = choices;
  }
  return Object.keys(kept).length > 0 ? kept : undefined;
}

function checkChoice(family: FamilyInfo, name: string, choice: ParameterChoice): void {
  const parameter = Object.hasOwn(family.space, name) ? family.space[name] : undefined;
  const path = `${family.id}.${name}`;
  if (!parameter) {
    const names = Object.keys(family.space);
    const known = names.length > 0 ? `It has: ${names.join(', ')}.` : 'Nothing of it can be set.';
    throw invalid(path, `${family.label} has no hyperparameter ${JSON.stringify(name)}. ${known}`);
  }
  if ('fixed' in choice) checkValue(path, parameter, choice.fixed);
  else if ('values' in choice) for (const value of choice.values) checkValue(path, parameter, value);
  else checkRange(path, parameter, choice);
}

function checkRange(
  path: string,
  parameter: Parameter,
  { min, max }: { min?: number | undefined; max?: number | undefined },
): void {
  if (min === undefined && max === undefined) {
    throw invalid(
      path,
      `Say what ${path} may be: one value, a list of values, or a smaller range. ${ranges(parameter)}`,
    );
  }
  if (parameter.kind === 'choice') throw invalid(path, `${path} has no range. ${ranges(parameter)}`);
  for (const limit of [min, max]) if (limit !== undefined) checkValue(path, parameter, limit);
  if ((min ?? parameter.min) > (max ?? parameter.max)) {
    throw invalid(path, `The range of ${path} is empty: ${min} is more than ${max}. ${ranges(parameter)}`);
  }
}

function checkValue(path: string, parameter: Parameter, value: number | string | boolean): void {
  const fits =
    parameter.kind === 'choice'
      ? parameter.values.includes(value)
      : typeof value === 'number' &&
        value >= parameter.min &&
        value <= parameter.max &&
        (parameter.kind === 'float' || Number.isInteger(value));
  if (!fits) throw invalid(path, `${path} cannot be ${JSON.stringify(value)}. ${ranges(parameter)}`);
}

function ranges(parameter: Parameter): string {
  if (parameter.kind === 'choice') {
    return `Choose from: ${parameter.values.map((value) => JSON.stringify(value)).join(', ')}.`;
  }
  const what = parameter.kind === 'int' ? 'Whole numbers' : 'Numbers';
  return `${what} from ${parameter.min} to ${parameter.max} are possible.`;
}

function readConstraints(asked: SearchRequest['constraints']): ExperimentPlan['constraints'] {
  const { maxPredictMsPerRow, maxModelBytes } = asked ?? {};
  const constraints = {
    ...(maxPredictMsPerRow === undefined
      ? {}
      : { maxPredictMsPerRow: positive('The time of a prediction in milliseconds', maxPredictMsPerRow) }),
    ...(maxModelBytes === undefined ? {} : { maxModelBytes: positive('The size of a model in bytes', maxModelBytes) }),
  };
  return Object.keys(constraints).length > 0 ? constraints : undefined;
}

function positive(what: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new AppError('PARAMETER_INVALID', `${what} can be any number above 0, and not ${String(value)}.`);
}

/** Warm starts of families that take part; of others, such as ones that are gone, the plan says so. */
function readWarmStarts(asked: readonly WarmStart[], chosen: readonly string[]) {
  const searched = families.filter((family) => chosen.includes(family.id) && !family.reference).map(({ id }) => id);
  const fitting = asked.filter(({ family }) => searched.includes(family));
  const kept = fitting.slice(0, mostWarmStarts).map(({ family, config }) => ({ family, config }));
  const left = [...new Set(asked.filter(({ family }) => !searched.includes(family)).map(({ family }) => family))];
  const warnings =
    left.length === 0
      ? []
      : [
          {
            code: 'WARM_START_SKIPPED',
            message: `Configurations of the earlier experiment are not tried where their family takes no part here: ${left.join(', ')}.`,
          },
        ];
  return { kept, warnings };
}

function invalid(parameter: string, message: string): AppError {
  return new AppError('PARAMETER_INVALID', message, { details: { parameter } });
}
