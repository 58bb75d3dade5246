import { AppError } from '@laurel/contracts';

/** Where forecasts are tried: blocks of windows that end with the training part, and the sealed windows after it. */
export interface Layout {
  folds: number;
  /** forecasts of one horizon each in a block; the model is fitted once per block */
  windows: number;
  /** steps after the training part that are sealed */
  sealed: number;
}

const fewFolds = 3;
const shortSeriesFolds = 5;
const shortSeriesShare = 0.4;
const mostFolds = 20;
const mostWindows = 10;
/** Share of the training part that backtests may take. */
const backtestShare = 0.3;
const sealedFromRows = 5000;
const sealedShare = 0.2;
const mostSealed = 0.5;

/**
 * Rolling origins (Tashman 2000): three blocks unless told, each of as many windows as fit into three tenths of the
 * series; up to five of one window where there is room for few. Throws TOO_FEW_ROWS and VALIDATION_INVALID.
 * @param asked `orFewer`: fewer folds than asked for are no error
 * @param length steps from the first to the last value; @param rows values of all series
 */
export function backtestLayout(
  length: number,
  horizon: number,
  asked: { folds?: number | undefined; holdout?: 'auto' | number | undefined; orFewer?: boolean },
  rows: number,
): Layout {
  const sealed = sealedSteps(length, horizon, asked.holdout ?? 'auto', rows);
  const training = length - sealed;
  const least = Math.max(10, 2 * horizon);
  const most = Math.min(mostFolds, Math.floor((training - least) / horizon));
  if (most < 1) {
    throw new AppError(
      'TOO_FEW_ROWS',
      `A series of ${length} steps is too short to try forecasts of ${horizon} steps: ${least + horizon} are needed${sealed > 0 ? ` beside ${sealed} sealed ones` : ''}. Add rows, or look less far ahead.`,
    );
  }
  const wanted = asked.folds ?? Math.min(most, usualFolds(training, horizon));
  const folds = asked.orFewer ? Math.min(wanted, most) : wanted;
  if (!Number.isInteger(folds) || folds < 1 || folds > most) {
    throw new AppError(
      'VALIDATION_INVALID',
      `Forecasts of ${horizon} steps cannot be tried from ${folds} origins in ${training} steps. Use 1 to ${most} folds.`,
    );
  }
  const windows = Math.floor((backtestShare * training) / (folds * horizon));
  return { folds, windows: Math.max(1, Math.min(mostWindows, windows)), sealed };
}

/** A short series has few forecasts to compare models by, and its fits are quick: more of them then. */
function usualFolds(training: number, horizon: number): number {
  if (backtestShare * training >= 2 * fewFolds * horizon) return fewFolds;
  return Math.max(fewFolds, Math.min(shortSeriesFolds, Math.floor((shortSeriesShare * training) / horizon)));
}

function sealedSteps(length: number, horizon: number, asked: 'auto' | number, rows: number): number {
  if (asked === 'auto') {
    if (rows < sealedFromRows) return 0;
    return horizon * Math.min(mostWindows, Math.floor((sealedShare * length) / horizon));
  }
  if (!(asked >= 0 && asked <= mostSealed)) {
    throw new AppError(
      'VALIDATION_INVALID',
      `The holdout is a share of the series, from 0 to ${mostSealed}, and not ${String(asked)}. Use 0.2 for the latest fifth, 0 for none, or auto.`,
    );
  }
  if (asked === 0) return 0;
  const windows = (asked * length) / horizon;
  // the plan is read again with its own share, which must not have become more than is allowed
  const rounded = Math.round(windows) * horizon > mostSealed * length ? Math.floor(windows) : Math.round(windows);
  return horizon * Math.max(1, rounded);
}
