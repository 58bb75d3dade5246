import type { ModelInput, PredictResponse } from '@laurel/contracts';

export type RowWarning = PredictResponse['warnings'][number];

/** What of a table to predict did not meet the model's inputs as expected, per column. */
export interface UnseenCount {
  column: string;
  /** distinct values that the training data did not have */
  values: number;
  /** rows that have one of them */
  rows: number;
}

/** Levels kept with a model's input are at most this many; with that many, absence says nothing. */
const keptLevels = 1000;

/** The training levels of an input when they are all known, else null. Ids and texts are always new. */
export function knownLevels(input: ModelInput): Set<string> | null {
  if (input.type !== 'categorical' && input.type !== 'boolean') return null;
  if (!input.levels || input.levels.length >= keptLevels) return null;
  return new Set(input.levels);
}

export function unseenWarning(unseen: UnseenCount, example: string, path: string): RowWarning {
  const rows = unseen.rows === 1 ? '1 row has' : `${unseen.rows.toLocaleString('en')} rows have`;
  const more = unseen.values > 1 ? ` and ${unseen.values - 1} more` : '';
  return {
    code: 'UNSEEN_CATEGORY',
    column: unseen.column,
    message: `${rows} a value of ${unseen.column} that the model was not trained on (${JSON.stringify(example)}${more}, first at ${path}). The model treats it as unknown.`,
  };
}

export function unusedWarning(column: string): RowWarning {
  return {
    code: 'UNKNOWN_FIELD',
    column,
    message: `The model has no input called ${JSON.stringify(column)}. It was not used.`,
  };
}
