import { AppError } from '@laurel/contracts';
import type { TableLimits } from '../limits.ts';

/** Refuses a table over the limits, or with too little in it to learn from. `columns` may be known before `rows`. */
export function checkSize(rows: number, columns: number, limits: TableLimits): void {
  if (columns > limits.maxColumns) {
    throw new AppError(
      'TOO_MANY_COLUMNS',
      `The file has ${columns.toLocaleString('en')} columns; at most ${limits.maxColumns.toLocaleString('en')} are read. Leave some out.`,
      { details: { columns, limit: limits.maxColumns } },
    );
  }
  if (rows > limits.maxRows) {
    throw new AppError(
      'TOO_MANY_ROWS',
      `The file has more than ${limits.maxRows.toLocaleString('en')} rows, which is the limit. Send fewer rows.`,
      { details: { limit: limits.maxRows } },
    );
  }
  if (rows * columns > limits.maxCells) {
    throw new AppError(
      'TABLE_TOO_LARGE',
      `The table has more than ${limits.maxCells.toLocaleString('en')} cells, which is the limit. Send fewer rows or columns.`,
      { details: { limit: limits.maxCells } },
    );
  }
}

/** NO_ROWS, or TOO_FEW_COLUMNS below `minColumns`. */
export function checkEnough(rows: number, columns: number, minColumns: number): void {
  if (rows === 0) {
    throw new AppError('NO_ROWS', 'The file has no rows. Send a table with at least one row.');
  }
  if (columns < minColumns) {
    throw new AppError(
      'TOO_FEW_COLUMNS',
      'The file has one column; at least two are needed, one to predict and one to predict it from.',
    );
  }
}

export function cellTooLarge(where: string, limits: TableLimits): AppError {
  return new AppError(
    'CELL_TOO_LARGE',
    `${where} is larger than ${(limits.maxCellBytes / 1e6).toLocaleString('en')} MB. Shorten it, or leave the column out.`,
  );
}
