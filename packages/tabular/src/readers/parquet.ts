import { open } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { AppError, type Finding } from '@laurel/contracts';
import { missingTest } from '../cells/words.ts';
import { columnNames } from '../csv/header.ts';
import type { RawColumn, RawTable } from '../infer/raw.ts';
import { ValueBuilder } from '../infer/value-builder.ts';
import type { TableLimits } from '../limits.ts';
import { cellTooLarge, checkEnough, checkSize } from './checks.ts';
import { identifier, literal, withDuckDb } from './duckdb.ts';

type Kind = 'number' | 'date' | 'text';

interface ParquetColumn {
  name: string;
  kind: Kind;
  /** SQL that gives a double (NaN for NULL) or a text */
  sql: string;
}

/**
 * Reads a Parquet file. The footer is checked before anything is unpacked: a file of 4 kB can hold 60 million rows.
 * Whole numbers beyond 2^53 become text, decimals become doubles (with a finding when digits may be lost).
 */
export async function readParquetFile(
  path: string,
  workDir: string | undefined,
  limits: TableLimits,
  minColumns = 2,
): Promise<{ raw: RawTable; findings: Finding[] }> {
  await checkFrame(path);
  return withDuckDb({ workDir, files: [path] }, async (connection, [file]) => {
    try {
      return await readWith(
        connection,
        `read_parquet(${literal(file!)}, binary_as_string = true)`,
        file!,
        limits,
        minColumns,
      );
    } catch (error) {
      // DuckDB's errors are plain ones; a TypeError would be a mistake of ours
      if (error instanceof AppError || error instanceof TypeError || error instanceof RangeError) throw error;
      throw parquetError(error);
    }
  });
}

async function readWith(
  connection: DuckDBConnection,
  source: string,
  file: string,
  limits: TableLimits,
  minColumns: number,
): Promise<{ raw: RawTable; findings: Finding[] }> {
  const [meta] = await rowsOf(connection, `SELECT num_rows FROM parquet_file_metadata(${literal(file)})`);
  const described = await rowsOf(connection, `DESCRIBE SELECT * FROM ${source}`);
  const rows = Number(meta?.[0] ?? 0);
  checkSize(rows, described.length, limits);
  checkEnough(rows, described.length, minColumns);
  const given = described.map(([name, type]) => ({ name: String(name), type: String(type) }));
  const { names, findings } = columnNames(
    given.map((column) => column.name),
    limits.maxNameLength,
  );
  const columns: ParquetColumn[] = [];
  for (const { name, type } of given) columns.push(await planColumn(connection, source, name, type, findings));
  const raw = await load(connection, source, columns, rows, limits);
  return {
    raw: { rows: raw.rows, columns: raw.columns.map((column, index) => ({ ...column, name: names[index]! })) },
    findings,
  };
}

async function planColumn(
  connection: DuckDBConnection,
  source: string,
  name: string,
  type: string,
  findings: Finding[],
): Promise<ParquetColumn> {
  const column = identifier(name);
  const number = (sql: string): ParquetColumn => ({
    name,
    kind: 'number',
    sql: `coalesce(CAST(${sql} AS DOUBLE), 'nan'::DOUBLE)`,
  });
  const text: ParquetColumn = { name, kind: 'text', sql: `CAST(${column} AS VARCHAR)` };
  if (/\[|^(?:STRUCT|MAP|UNION|LIST|VARIANT|GEOMETRY)\b/.test(type)) {
    throw new AppError(
      'COLUMN_TYPE_UNSUPPORTED',
      `The column ${JSON.stringify(name)} holds nested values (${type.slice(0, 60)}). Make columns of its parts, or leave it out.`,
      { details: { column: name, type: type.slice(0, 200) } },
    );
  }
  if (/^(?:TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT|UINTEGER|FLOAT|DOUBLE)$/.test(type)) return number(column);
  if (/^(?:BIGINT|UBIGINT|HUGEINT|UHUGEINT)$/.test(type)) {
    const [range] = await rowsOf(connection, `SELECT min(${column})::VARCHAR, max(${column})::VARCHAR FROM ${source}`);
    const fits = (range ?? []).every((value) => value === null || Number.isSafeInteger(Number(value)));
    return fits ? number(column) : text;
  }
  const decimal = /^DECIMAL\((\d+),/.exec(type);
  if (decimal) {
    if (Number(decimal[1]) > 15) findings.push(precisionFinding(name, type));
    return number(column);
  }
  if (type === 'DATE')
    return { name, kind: 'date', sql: `coalesce(epoch_ms(CAST(${column} AS TIMESTAMP))::DOUBLE, 'nan'::DOUBLE)` };
  if (type.startsWith('TIMESTAMP')) {
    const plain = type === 'TIMESTAMP' || type === 'TIMESTAMP WITH TIME ZONE' ? column : `CAST(${column} AS TIMESTAMP)`;
    return { name, kind: 'date', sql: `coalesce(epoch_ms(${plain})::DOUBLE, 'nan'::DOUBLE)` };
  }
  return text;
}

function precisionFinding(column: string, type: string): Finding {
  return {
    code: 'PRECISION',
    severity: 'done',
    column,
    message: `${column} is stored as ${type}. Laurel computes with about 16 digits; digits beyond are rounded.`,
  };
}

async function load(
  connection: DuckDBConnection,
  source: string,
  columns: readonly ParquetColumn[],
  rows: number,
  limits: TableLimits,
): Promise<RawTable> {
  const numbers = columns.map((column) => (column.kind === 'text' ? null : new Float64Array(rows)));
  const isMissing = missingTest([]); // such a file says itself what is missing
  const texts = columns.map((column) => (column.kind === 'text' ? new ValueBuilder(column.name, isMissing) : null));
  const list = columns.map((column, index) => `${column.sql} AS c${index}`).join(', ');
  const result = await connection.stream(`SELECT ${list} FROM ${source}`);
  let offset = 0;
  let characters = 0;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    if (offset + chunk.rowCount > rows) throw parquetError(new Error('more rows than the footer says'));
    for (let index = 0; index < columns.length; index++) {
      const target = numbers[index];
      if (target) target.set(doublesOf(chunk, index), offset);
      else characters += addTexts(chunk, index, texts[index]!, limits);
    }
    if (characters > limits.maxUnpackedBytes) throw tooMuchText(limits);
    offset += chunk.rowCount;
  }
  const raw = columns.map((column, index): RawColumn => {
    const values = numbers[index];
    if (!values) return texts[index]!.finish();
    return column.kind === 'date' ? { name: column.name, kind: 'dates', values } : finiteColumn(column.name, values);
  });
  return { rows: offset, columns: raw };
}

function doublesOf(chunk: DuckDBDataChunk, index: number): Float64Array {
  const vector = chunk.getColumnVector(index) as { items?: unknown };
  if (vector.items instanceof Float64Array) return vector.items.subarray(0, chunk.rowCount);
  return Float64Array.from(chunk.getColumnValues(index), Number); // a constant vector has no array
}

function addTexts(chunk: DuckDBDataChunk, index: number, builder: ValueBuilder, limits: TableLimits): number {
  let characters = 0;
  for (const value of chunk.getColumnValues(index)) {
    if (value === null) builder.addMissing();
    else {
      const text = String(value);
      if (text.length > limits.maxCellBytes) throw cellTooLarge(`A value of ${builder.name}`, limits);
      characters += text.length;
      builder.addText(text);
    }
  }
  return characters;
}

function finiteColumn(name: string, values: Float64Array): RawColumn {
  let infinite = 0;
  for (let row = 0; row < values.length; row++) {
    if (Math.abs(values[row]!) !== Number.POSITIVE_INFINITY) continue;
    infinite++;
    values[row] = Number.NaN;
  }
  return { name, kind: 'numbers', values, infinite };
}

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRows();
}

/** Head, tail and footer length, before DuckDB sees the file. */
async function checkFrame(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(4);
    const tail = Buffer.alloc(8);
    if (size >= 12) {
      await file.read(head, 0, 4, 0);
      await file.read(tail, 0, 8, size - 8);
    }
    const magics = [head.toString('latin1'), tail.subarray(4).toString('latin1')];
    if (magics.includes('PARE')) throw encrypted();
    if (size < 12 || magics.some((magic) => magic !== 'PAR1') || tail.readUInt32LE(0) > size - 12) {
      throw invalid('its start or end is not that of a Parquet file');
    }
  } finally {
    await file.close();
  }
}

function parquetError(error: unknown): AppError {
  const text = error instanceof Error ? error.message : String(error);
  if (/encrypt|decrypt/i.test(text)) return encrypted();
  if (/codec|compression/i.test(text) && /unsupported|not supported|unrecognized|unknown/i.test(text)) {
    return new AppError(
      'PARQUET_CODEC_UNSUPPORTED',
      'The Parquet file is compressed in a way that Laurel does not read. Write it with snappy, zstd or gzip.',
      { cause: error },
    );
  }
  if (/out of memory/i.test(text)) {
    return new AppError(
      'TABLE_TOO_LARGE',
      'The Parquet file needs more memory than one upload may use. Send fewer rows or columns.',
      {
        cause: error,
      },
    );
  }
  return invalid('its content is damaged', error);
}

function tooMuchText(limits: TableLimits): AppError {
  return new AppError(
    'DECOMPRESSED_TOO_LARGE',
    `The texts of the file unpack to more than ${Math.round(limits.maxUnpackedBytes / 1e6).toLocaleString('en')} MB. Send fewer rows or shorter texts.`,
  );
}

function encrypted(): AppError {
  return new AppError('PARQUET_ENCRYPTED', 'The Parquet file is encrypted. Write it again without encryption.');
}

function invalid(why: string, cause?: unknown): AppError {
  return new AppError(
    'PARQUET_INVALID',
    `The file is not a Parquet file that can be read: ${why}. Write it again and send that.`,
    {
      cause,
    },
  );
}
