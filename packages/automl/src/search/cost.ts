import type { Config, DataFacts } from '../models/types.ts';
import type { SearchMemory } from './memory.ts';
import type { Proposal, SearchFamily, SearchSetting } from './types.ts';

/** Around a fit: start of the work, reading, scoring. */
const secondsOfAnyFit = 0.02;
/**
 * A default boosting fit with early stopping: measured on five tables of 800 to 5,000 rows and against LightGBM up to a
 * million (within a factor of two). Trees of few rows have few leaves, in which every column is looked through.
 */
const secondsAtLeast = 0.03;
const secondsOfOneColumn = 0.18;
/** Many columns are mostly ones of few different values. */
const columnPower = 0.5;
const fullLeavesFromRows = 5000;
const cellsPerSecond = 300_000;
const secondsOfHurriedFit = 0.13;
/** Columns that one category becomes at most where families need numbers. */
const levelsPerCategory = 50;
const usualFits = 5;

/**
 * Predicted seconds of a trial on the machine where the constants were measured: a formula of data and configuration
 * alone, so that a run by trials decides the same everywhere.
 */
export function trialCost(family: SearchFamily, setting: SearchSetting, proposal: Omit<Proposal, 'family'>): number {
  const { facts, fits = usualFits } = setting;
  const rows = Math.min(facts.rows, proposal.rungRows ?? facts.rows);
  const classes = family.costByClass && facts.classes > 2 ? facts.classes : 1;
  const columns = columnsOf(family, facts) + addedColumns(family, proposal.config);
  const searching = secondsOfOneColumn * columns ** columnPower * Math.min(1, rows / fullLeavesFromRows);
  const work = secondsAtLeast + searching + (rows * columns) / cellsPerSecond;
  return fits * (secondsOfAnyFit + family.relativeCost * classes * work * configFactor(family, proposal.config));
}

/**
 * Predicted seconds of one fit of boosted trees that raises its learning rate as far as its time needs.
 * @param classes 1 for values
 */
export function hurriedFitSeconds(rows: number, columns: number, classes: number): number {
  const perTree = secondsOfHurriedFit + (rows * Math.max(1, columns)) / cellsPerSecond;
  return secondsOfAnyFit + (classes > 2 ? classes : 1) * perTree;
}

/** How many times as long as with the defaults the configuration takes, by the parameters' `costPower`. */
export function configFactor(family: Pick<SearchFamily, 'space'>, config: Config): number {
  let factor = 1;
  for (const [name, parameter] of Object.entries(family.space)) {
    const value = config[name];
    if (parameter.kind === 'choice' || !parameter.costPower || typeof value !== 'number') continue;
    if (value > 0 && parameter.default > 0) factor *= (value / parameter.default) ** parameter.costPower;
  }
  return Math.min(20, Math.max(0.05, factor));
}

function columnsOf({ needs }: SearchFamily, facts: DataFacts): number {
  const fromCategories =
    needs.encoding === 'numeric'
      ? Math.min(facts.levels, facts.categoricalFeatures * levelsPerCategory)
      : facts.categoricalFeatures;
  return Math.max(1, facts.numericFeatures + fromCategories);
}

/** Columns that the choices of a configuration add to the table, about. */
export function addedColumns({ space }: Pick<SearchFamily, 'space'>, config: Config): number {
  return Object.entries(space).reduce((sum, [name, parameter]) => {
    if (parameter.kind !== 'choice' || !parameter.addsColumns) return sum;
    return sum + (parameter.addsColumns[parameter.values.indexOf(config[name] as never)] ?? 0);
  }, 0);
}

/** Seconds that a trial will take, from the formula and from what the trials so far took against theirs. */
export function predictedSeconds(memory: SearchMemory, setting: SearchSetting, proposal: Proposal): number {
  const family = setting.families.find(({ id }) => id === proposal.family);
  if (!family) return 0;
  const ratios = { all: [0, 0], own: [] as number[] };
  for (const tried of memory.tried) {
    const known = setting.families.find(({ id }) => id === tried.family);
    if (!known || known.reference || tried.state !== 'completed' || tried.seconds === undefined) continue;
    const ratio = Math.log(Math.max(0.001, tried.seconds) / trialCost(known, setting, tried));
    ratios.all.push(ratio);
    if (tried.family === proposal.family) ratios.own.push(ratio);
  }
  // Two trials' worth of the formula, one of what all families took: few trials do not turn the prediction over.
  const all = mean(ratios.all);
  const own = mean([...ratios.own.slice(-8), all]);
  return trialCost(family, setting, proposal) * Math.exp(own);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
