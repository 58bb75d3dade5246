import { hurriedFitSeconds } from '../search/cost.ts';

/**
 * Share of the training rows that validates when one split is used instead of folds: a fifth of small tables,
 * less of large ones (the rule of AutoGluon with a lower limit of a tenth).
 */
export function validationFraction(trainingRows: number): number {
  if (trainingRows < 5000) return clamp(500 / trainingRows, 0.1, 0.2);
  return clamp(2500 / trainingRows, 0.1, 0.2);
}

export interface ValidationChoice {
  kind: 'kfold' | 'holdout';
  folds: number;
  repeats: number;
}

/**
 * Models with the defaults that one process has to be able to fit in the time, for folds to be worth theirs: with fewer a
 * search of one split finds better ones, and has more to combine.
 */
const fewestModels = 12;
/** Up to here one split is mostly noise: there are folds at any budget. */
const [alwaysFiveFolds, alwaysThreeFolds] = [3000, 6000];

/**
 * How models are validated, by size and time: repeated folds under 500 rows, then as many folds as leave time for several
 * models, otherwise one split. Without a time limit the number of rows decides alone.
 * @param classes of the target; 1 for values
 */
export function chooseValidation(
  rows: number,
  features: number,
  seconds: number | null,
  classes = 1,
): ValidationChoice {
  if (rows < 500) return { kind: 'kfold', folds: 5, repeats: seconds !== null && seconds < 20 ? 1 : 3 };
  const split: ValidationChoice = { kind: 'holdout', folds: 1, repeats: 1 };
  if (rows > 100_000) return split;
  if (seconds === null) return { kind: 'kfold', folds: rows > 20_000 ? 3 : 5, repeats: 1 };
  const affordable = (folds: number) => {
    const fitSeconds = hurriedFitSeconds(rows * (1 - 1 / folds), features, classes);
    return fewestModels * folds * fitSeconds <= seconds;
  };
  const most = seconds >= 600 && rows <= 20_000 ? 8 : 5;
  const folds = [most, 5, 3].find(affordable);
  if (folds !== undefined) return { kind: 'kfold', folds, repeats: 1 };
  if (rows <= alwaysThreeFolds) return { kind: 'kfold', folds: rows <= alwaysFiveFolds ? 5 : 3, repeats: 1 };
  return split;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
