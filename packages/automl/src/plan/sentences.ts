import type { ExperimentPlan, ForecastPlan } from '@laurel/contracts';
import { metricById } from '@laurel/evaluation';
import { families } from '../models/registry.ts';
import { stepName } from '../tasks/forecast/grid.ts';
import { searchSentences } from './search-sentences.ts';

/** The plan in words, one sentence each. */
export function describePlan(plan: ExperimentPlan): string[] {
  if (plan.forecast) {
    return [...forecastSentences(plan, plan.forecast), runSentence(plan), ...searchSentences(plan)];
  }
  return [
    taskSentence(plan),
    rowSentence(plan),
    featureSentence(plan),
    ...engineeringSentences(plan),
    validationSentence(plan),
    ...weightSentences(plan),
    runSentence(plan),
    ...searchSentences(plan),
  ];
}

function taskSentence({ task, target, labels, positiveClass, metric }: ExperimentPlan): string {
  const definition = metricById(metric);
  const score = `models are compared by ${definition?.label ?? metric}, where ${definition?.higherIsBetter ? 'higher' : 'lower'} is better`;
  if (task === 'regression') return `Predict the number ${JSON.stringify(target)}; ${score}.`;
  if (task === 'binary') {
    const positive = positiveClass === null ? '' : `, with ${JSON.stringify(positiveClass)} as the positive class`;
    return `Predict which of two values ${JSON.stringify(target)} has${positive}; ${score}.`;
  }
  const count = labels.length > 0 ? `${labels.length} ` : '';
  return `Predict which of the ${count}classes of ${JSON.stringify(target)} a row has; ${score}.`;
}

function engineeringSentences({ engineering, droppedFeatures = [] }: ExperimentPlan): string[] {
  if (engineering === 'off') return ['Models see the columns as they are; no features are made of them.'];
  if (droppedFeatures.length === 0) return [];
  const names = droppedFeatures.map((name) => JSON.stringify(name)).join(', ');
  return [`Of the features that can be made of the columns, these are left out: ${names}.`];
}

function weightSentences({ weight, classWeights }: ExperimentPlan): string[] {
  const sentences: string[] = [];
  if (weight !== undefined) {
    sentences.push(`Every row counts by its value in ${JSON.stringify(weight)}, in training and in scores.`);
  }
  if (classWeights === 'auto') {
    sentences.push('One class is far rarer than another, so the search also tries to give rare classes more weight.');
  } else if (classWeights === 'balanced') {
    sentences.push('In training, rare classes count as much as frequent ones, up to ten times a row of those.');
  } else if (typeof classWeights === 'object') {
    const list = Object.entries(classWeights).map(([label, value]) => `${JSON.stringify(label)} ${value}`);
    sentences.push(`In training, classes count by the weights you gave: ${list.join(', ')}; all others 1.`);
  }
  return sentences;
}

function rowSentence({ rows, holdoutFraction }: ExperimentPlan): string {
  const used =
    rows.usable === rows.total
      ? `All ${count(rows.total)} rows are used`
      : `${count(rows.usable)} of ${count(rows.total)} rows are used`;
  if (holdoutFraction === 0) return `${used}, all of them for training and validation.`;
  return `${used}: ${count(rows.training)} for training, and ${count(rows.holdout)} are sealed for a last test that no model sees.`;
}

function featureSentence({ features, excluded }: ExperimentPlan): string {
  const used = features.length === 1 ? 'One column is used' : `${features.length} columns are used`;
  if (excluded.length === 0) return `${used}.`;
  const names = excluded.slice(0, 8).map(({ column }) => JSON.stringify(column));
  const more = excluded.length > names.length ? ` and ${excluded.length - names.length} more` : '';
  return `${used}; left out: ${names.join(', ')}${more}.`;
}

function validationSentence(plan: ExperimentPlan): string {
  const { validation } = plan;
  if (validation.kind === 'time') return timeSentence(plan);
  if (validation.kind === 'group') return groupSentence(plan);
  if (validation.kind === 'holdout') return 'Every model is fitted once and scored on one part of the training rows.';
  const repeats = validation.repeats > 1 ? `, ${validation.repeats} times over` : '';
  return `Every model is fitted on ${validation.folds} folds${repeats} and scored on the rows that it has not seen.`;
}

function forecastSentences(plan: ExperimentPlan, forecast: ForecastPlan): string[] {
  const { target, metric, rows, validation } = plan;
  const { horizon, step, season, windows, known, series } = forecast;
  const definition = metricById(metric);
  const ahead = horizon === 1 ? `one ${stepName(step)}` : `${horizon} ${stepName(step, true)}`;
  const origins = validation.folds * windows;
  const tried = origins === 1 ? 'once' : `${origins} times, from later and later dates`;
  const fitted = validation.folds === 1 ? 'once' : `${validation.folds} times`;
  return [
    `Forecast ${JSON.stringify(target)} ${ahead} ahead${series ? ` for every ${JSON.stringify(series)}` : ''}; models are compared by ${definition?.label ?? metric}, where ${definition?.higherIsBetter ? 'higher' : 'lower'} is better.`,
    `${count(rows.usable)} of ${count(rows.total)} rows are used, in the order of ${JSON.stringify(forecast.date)}${rows.holdout > 0 ? `; the latest ${count(rows.holdout)} are sealed for a last test that no model sees` : ''}.`,
    season > 1
      ? `The pattern comes again every ${season} ${stepName(step, true)}.`
      : 'No pattern that comes again was found.',
    known.length > 0
      ? `Known beforehand, so used: ${known.map((name) => JSON.stringify(name)).join(', ')}.`
      : 'The series itself and its calendar are used; other columns are not known for future dates.',
    `Forecasts are tried ${tried}: every model is fitted ${fitted} on what came before and scored on what came next.`,
  ];
}

function timeSentence({ validation, holdoutFraction }: ExperimentPlan): string {
  const { folds, gap = 0, column } = validation;
  const order = `Rows are in the order of ${JSON.stringify(column)}`;
  const sealed = holdoutFraction > 0 ? ' The latest rows are the sealed ones.' : '';
  const space = gap > 0 ? `, with a gap of ${gap === 1 ? 'one time' : `${gap} times`} between` : '';
  if (folds === 1) {
    return `${order}: every model is fitted on the earlier and scored on the later training rows${space}.${sealed}`;
  }
  return `${order}: every model is fitted ${folds} times, each time on what came before and scored on what came next${space}.${sealed}`;
}

function groupSentence({ validation, holdoutFraction }: ExperimentPlan): string {
  const { folds, repeats, column } = validation;
  const sealed = holdoutFraction > 0 ? ' The sealed rows are whole groups too.' : '';
  const what = `Rows with the same ${JSON.stringify(column)} stay together`;
  if (folds === 1) return `${what}: every model is fitted once and scored on groups that it has not seen.${sealed}`;
  const times = repeats > 1 ? `, ${repeats} times over` : '';
  return `${what}: every model is fitted on ${folds} folds of groups${times} and scored on groups that it has not seen.${sealed}`;
}

function runSentence({ budget, families: ids, ensemble }: ExperimentPlan): string {
  const names = ids.map((id) => families.find((family) => family.id === id)?.label ?? id).join(', ');
  const limits = [
    budget.seconds === null ? null : `${count(budget.seconds)} seconds`,
    budget.trials === null ? null : budget.trials === 1 ? 'one model' : `${count(budget.trials)} models`,
  ].filter((limit) => limit !== null);
  const ending = ensemble === 'off' ? 'the best single model wins' : 'at the end the best are combined';
  return `For at most ${limits.join(' or ')}, these families compete: ${names}; ${ending}.`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
