/**
 * A column as read, before its type is decided: numbers when every value that is not missing is a plain number,
 * else texts by code. NaN and -1 are missing.
 */
export type RawColumn =
  | {
      name: string;
      kind: 'numbers';
      values: Float64Array;
      /** cells that said infinity, read as missing */
      infinite: number;
    }
  | { name: string; kind: 'strings'; codes: Int32Array; levels: string[] }
  /** dates that the format itself marks as dates (Parquet, Excel) */
  | { name: string; kind: 'dates'; values: Float64Array };

export interface RawTable {
  rows: number;
  columns: RawColumn[];
}
