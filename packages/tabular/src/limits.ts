/** How large a table may be. What is over is refused with an error that names the limit. */
export interface TableLimits {
  maxRows: number;
  maxColumns: number;
  /** rows x columns */
  maxCells: number;
  maxCellBytes: number;
  /** characters of a column's name */
  maxNameLength: number;
  /** bytes that a compressed file (Excel) may unpack to */
  maxUnpackedBytes: number;
}

export const defaultLimits: TableLimits = {
  maxRows: 20_000_000,
  maxColumns: 5_000,
  maxCells: 200_000_000,
  maxCellBytes: 1_000_000,
  maxNameLength: 500,
  maxUnpackedBytes: 2_000_000_000,
};
