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

/** Numbers of the table that one pass may touch per second of budget, for folds to be affordable (after FLAML). */
const cellsPerSecond = 2778;

/**
 * How models are validated, by size and time: repeated folds under 500 rows, folds where the time allows all of them,
 * otherwise one split. Without a time limit the number of rows decides alone.
 */
export function chooseValidation(rows: number, features: number, seconds: number | null): ValidationChoice {
  if (rows < 500) return { kind: 'kfold', folds: 5, repeats: seconds !== null && seconds < 20 ? 1 : 3 };
  const split: ValidationChoice = { kind: 'holdout', folds: 1, repeats: 1 };
  if (seconds === null) {
    if (rows > 100_000) return split;
    return { kind: 'kfold', folds: rows > 20_000 ? 3 : 5, repeats: 1 };
  }
  const affordable = (rows * features) / 0.9 < cellsPerSecond * seconds;
  // Few rows are folded at any budget: one split of them is mostly noise.
  if (rows > 100_000 || (rows > 3000 && !affordable)) return split;
  if (rows > 20_000) return { kind: 'kfold', folds: 3, repeats: 1 };
  return { kind: 'kfold', folds: seconds >= 600 ? 8 : 5, repeats: 1 };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
