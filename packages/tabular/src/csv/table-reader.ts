import { AppError, type Finding } from '@laurel/contracts';
import { parseNumber } from '../cells/numbers.ts';
import { missingTest } from '../cells/words.ts';
import type { RawTable } from '../infer/raw.ts';
import type { TableLimits } from '../limits.ts';
import { ColumnBuilder } from './column-builder.ts';
import { columnNames } from './header.ts';
import type { SniffedCsv } from './sniff.ts';
import { type CsvRow, CsvTokenizer } from './tokenizer.ts';

export interface CsvReadOptions extends SniffedCsv {
  nulls?: readonly string[] | undefined;
  limits: TableLimits;
  /** fewest columns that are accepted: 2 for data to learn from */
  minColumns: number;
  /** columns to be kept as they are written, whatever they look like */
  asText?: ((name: string) => boolean) | undefined;
}

export interface CsvResult {
  raw: RawTable;
  findings: Finding[];
}

/**
 * Reads UTF-8 CSV into columns. A pass takes the chunks of the whole file; a second pass is needed only when a column
 * that started with numbers turned out to hold text (see ColumnBuilder).
 */
export class CsvTableReader {
  readonly #options: CsvReadOptions;
  readonly #earlier: CsvTableReader | undefined;
  readonly #tokenizer: CsvTokenizer;
  readonly #isMissing: (text: string) => boolean;
  #builders: (ColumnBuilder | null)[] = [];
  #names: string[] | undefined;
  #findings: Finding[] = [];
  #rows = 0;

  constructor(options: CsvReadOptions, earlier?: CsvTableReader) {
    this.#options = options;
    this.#earlier = earlier;
    this.#isMissing = missingTest(options.nulls);
    this.#tokenizer = new CsvTokenizer({
      delimiter: options.delimiter,
      maxCellBytes: options.limits.maxCellBytes,
      maxColumns: options.limits.maxColumns,
      onRow: (row) => this.#onRow(row),
      // in a table of one column a blank line is a missing value: predictions must stay in step with the rows
      blankIsRow: () => this.#builders.length === 1,
    });
  }

  push(chunk: Uint8Array): void {
    this.#tokenizer.push(chunk);
  }

  /** Ends the pass. Answers the reader of the second pass when one is needed. */
  end(): CsvTableReader | null {
    this.#tokenizer.end();
    if (!this.#names) {
      throw new AppError('EMPTY_FILE', 'The file is empty. Send a table with a header line and rows below it.');
    }
    if (this.#rows === 0) {
      throw new AppError('NO_ROWS', 'The file has a header but no rows below it. Send a table with at least one row.');
    }
    return this.#builders.some((builder) => builder?.needsText) ? new CsvTableReader(this.#options, this) : null;
  }

  result(): CsvResult {
    const first = this.#earlier ?? this;
    const columns = first.#builders.map((builder, index) => (this.#builders[index] ?? builder!).finish());
    return { raw: { rows: this.#rows, columns }, findings: first.#findings };
  }

  #onRow(row: CsvRow): void {
    if (!this.#names) {
      this.#start(row);
      if (this.#options.header) return;
    }
    const builders = this.#builders;
    if (row.width !== builders.length) throw this.#widthMismatch(row);
    const { bytes, starts, ends } = row;
    for (let cell = 0; cell < builders.length; cell++) builders[cell]?.add(bytes, starts[cell]!, ends[cell]!);
    this.#rows++;
    this.#checkSize();
  }

  #start(row: CsvRow): void {
    const { header, limits, minColumns, decimal } = this.#options;
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const { bytes, starts, ends, width } = row;
    const cells = Array.from({ length: width }, (_, i) =>
      header ? decoder.decode(bytes.subarray(starts[i]!, ends[i]!)) : '',
    );
    if (width < minColumns) {
      throw new AppError(
        'TOO_FEW_COLUMNS',
        'The file has one column; at least two are needed, one to predict and one to predict it from. If it has more, say what separates them, for example delimiter=;',
      );
    }
    const { names, findings } = columnNames(cells, limits.maxNameLength);
    this.#names = names;
    this.#findings = header ? [...findings, ...suspectHeader(names)] : [noHeader(names)];
    const builderOptions = { isMissing: this.#isMissing, decimal };
    this.#builders = names.map((name, index) => {
      if (!this.#earlier) return new ColumnBuilder(name, builderOptions, this.#options.asText?.(name));
      return this.#earlier.#builders[index]?.needsText ? new ColumnBuilder(name, builderOptions, true) : null;
    });
  }

  #checkSize(): void {
    const { maxRows, maxCells } = this.#options.limits;
    if (this.#rows > maxRows) {
      throw new AppError(
        'TOO_MANY_ROWS',
        `The file has more than ${maxRows.toLocaleString('en')} rows, which is the limit. Send fewer rows.`,
        {
          details: { limit: maxRows },
        },
      );
    }
    if (this.#rows * this.#builders.length > maxCells) {
      throw new AppError(
        'TABLE_TOO_LARGE',
        `The table has more than ${maxCells.toLocaleString('en')} cells, which is the limit. Send fewer rows or columns.`,
        { details: { limit: maxCells } },
      );
    }
  }

  #widthMismatch(row: CsvRow): AppError {
    const expected = this.#builders.length;
    const values = row.width === 1 ? '1 value' : `${row.width} values`;
    const where = this.#options.header ? 'the header' : 'the first row';
    return new AppError('ROW_WIDTH_MISMATCH', `Row ${row.row} has ${values} where ${where} has ${expected}.`, {
      details: { row: row.row, line: row.line, values: row.width, expected },
    });
  }
}

/** Nobody names a column 5.1: then the first row is probably data. */
function suspectHeader(names: readonly string[]): Finding[] {
  const example = names.find((name) => name.includes('.') && parseNumber(name) !== undefined);
  if (example === undefined) return [];
  const message = `The header has the name ${example}, which is a number. If the file has no header, upload it again with header=false.`;
  return [{ code: 'HEADER_SUSPECT', severity: 'alert', column: example, message }];
}

function noHeader(names: readonly string[]): Finding {
  return {
    code: 'HEADER_MISSING',
    severity: 'alert',
    column: null,
    message: `The first row holds numbers, so it was read as data; the columns are called ${names[0]} to ${names.at(-1)}. If it is a header, say header=true.`,
  };
}

/** Reads a CSV that is in memory, UTF-8. */
export function readCsvBytes(bytes: Uint8Array, options: CsvReadOptions): CsvResult {
  let reader = new CsvTableReader(options);
  reader.push(bytes);
  const second = reader.end();
  if (second) {
    second.push(bytes);
    second.end();
    reader = second;
  }
  return reader.result();
}
