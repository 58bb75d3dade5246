import { TreesError } from '../errors.ts';
import type { TreeModel } from '../types.ts';
import { checkObjective } from './parameters.ts';
import type { BoostParameters, BoostRows, Objective } from './types.ts';

/** Throws INVALID_DATA where there are no rows, or where targets are missing, too many or not what the objective needs. */
export function checkRows(rows: BoostRows, objective: Objective, name: string): void {
  if (!(rows.rows > 0)) throw new TreesError('INVALID_DATA', `There are no ${name} rows.`);
  if (rows.target.length !== rows.rows) {
    throw new TreesError('INVALID_DATA', `${rows.target.length} ${name} targets do not match ${rows.rows} rows.`);
  }
  checkObjective(objective, rows.target);
}

/** Throws INVALID_PARAMETER where a categorical feature should rise or fall. */
export function checkMonotone({ features }: BoostRows, { monotone }: BoostParameters): void {
  const wrong = features.findIndex((feature, index) => feature.kind === 'categorical' && monotone?.[index]);
  if (wrong < 0) return;
  throw new TreesError(
    'INVALID_PARAMETER',
    `Feature ${wrong} is categorical and has no order to rise or fall along. Set its monotone direction to 0.`,
  );
}

/** [first round, learning rate] of every stretch of rounds, as a boosted model keeps it. */
export type LearningRates = [fromRound: number, rate: number][];

/**
 * The rates that a model's rounds were shrunk by; a model that does not say has one for all. Throws INVALID_PARAMETER
 * where what it says is not a list of rounds and rates: it may come from a file.
 */
export function learningRatesOf(model: TreeModel): LearningRates {
  const { learningRates, parameters } = model.about as {
    learningRates?: LearningRates;
    parameters?: { learningRate?: number };
  };
  const rates: unknown = learningRates ?? [[0, parameters?.learningRate ?? 1]];
  if (!isRates(rates)) {
    throw new TreesError('INVALID_PARAMETER', 'The model says wrongly what learning rates it had. Fit it again.');
  }
  return rates;
}

function isRates(rates: unknown): rates is LearningRates {
  return (
    Array.isArray(rates) &&
    rates.every((entry) => Array.isArray(entry) && entry.length === 2 && entry.every((one) => one >= 0 && one <= 1e6))
  );
}
