import type { FileFormat, Finding, ModelInput, ParseOptions } from '@laurel/contracts';
import { type ColumnInference, inferTable } from '../infer/infer.ts';
import type { RawTable } from '../infer/raw.ts';
import { defaultLimits, type TableLimits } from '../limits.ts';
import { type ConformOptions, type ConformResult, conformRaw, textInputs } from '../rows/conform.ts';
import type { Table } from '../table.ts';
import { fileBytes, firstBytes, gunzippedBytes } from './byte-source.ts';
import { readCsvFile } from './csv-file.ts';
import { announcedAsPacked, announcedFormat, detectContent, settleFormat } from './detect.ts';
import { readNdjsonFile } from './ndjson.ts';
import { readParquetFile } from './parquet.ts';
import { oldOfficeError, readXlsxFile } from './xlsx/read.ts';

export interface ReadFileInput {
  path: string;
  /** a folder of this job alone; DuckDB may touch nothing else. Not needed for CSV and Excel */
  workDir?: string;
  /** as sent with the file; what it holds must agree */
  contentType?: string;
  /** the sender's name for the file, used for its extension only */
  fileName?: string;
  parse?: ParseOptions;
  limits?: Partial<TableLimits>;
}

export interface ReadFileResult {
  table: Table;
  /** how the file was read: what was given, and what was sniffed */
  parse: ParseOptions & { format: FileFormat };
  /** what to tell people about the reading itself, before any statistics */
  warnings: Finding[];
  /** why each column has its type; `profileTable` makes sentences of it */
  columns: ColumnInference[];
}

const headBytes = 256 * 1024;

/**
 * Reads a CSV, Parquet, Excel or NDJSON file into a table with inferred types.
 * Everything that is wrong with the file is an AppError whose message says where and what to do.
 */
export async function readFile(input: ReadFileInput): Promise<ReadFileResult> {
  const read = await readRawFile(input, 2);
  const { table, columns } = inferTable(read.raw, read.parse.decimal ? { decimal: read.parse.decimal } : {});
  return { table, parse: read.parse, warnings: read.findings, columns };
}

/** A CSV file from the command line: the same reading and checks as for an upload. */
export function loadCsvTable(path: string, options: Omit<ReadFileInput, 'path' | 'contentType'> = {}) {
  return readFile({ fileName: path, ...options, path, contentType: 'text/csv' });
}

/**
 * Reads rows to predict from a file of any format, as a table of exactly the model's inputs with a report of how the
 * columns met them; categories are taken as they are written. See `csvToTable`.
 */
export async function readRowsFile(
  input: ReadFileInput,
  inputs: readonly ModelInput[],
  options: ConformOptions = {},
): Promise<ConformResult> {
  const read = await readRawFile(input, 1, textInputs(inputs));
  return conformRaw(read.raw, inputs, { ...options, decimal: read.parse.decimal });
}

interface RawResult {
  raw: RawTable;
  findings: Finding[];
  parse: ParseOptions & { format: FileFormat };
}

async function readRawFile(
  input: ReadFileInput,
  minColumns: number,
  asText?: (name: string) => boolean,
): Promise<RawResult> {
  const limits = { ...defaultLimits, ...input.limits };
  const parse = input.parse ?? {};
  const head = await firstBytes(fileBytes(input.path), headBytes);
  const packed = detectContent(head).kind === 'gzip' && announcedAsPacked(input.contentType, input.fileName);
  if (packed) return readPackedCsv(input, limits, minColumns, asText);
  const format = settleFormat(detectContent(head), announcedFormat(input.contentType, input.fileName));
  if (format === 'csv') {
    const read = await readCsvFile(() => fileBytes(input.path), head, parse, { limits, minColumns, asText });
    return { ...read, parse: { ...read.parse, format } };
  }
  if (format === 'ole') throw await oldOfficeError(input.path);
  if (format === 'parquet') {
    return { ...(await readParquetFile(input.path, input.workDir, limits, minColumns)), parse: { format } };
  }
  const read = format === 'ndjson' ? readNdjsonFile : readXlsxFile;
  const given = parse.nulls ? { nulls: parse.nulls } : {};
  return { ...(await read(input.path, parse.nulls, limits, minColumns)), parse: { ...given, format } };
}

async function readPackedCsv(
  input: ReadFileInput,
  limits: TableLimits,
  minColumns: number,
  asText: ((name: string) => boolean) | undefined,
): Promise<RawResult> {
  const open = () => gunzippedBytes(input.path, limits.maxUnpackedBytes);
  const head = await firstBytes(open(), headBytes);
  settleFormat(detectContent(head), 'csv');
  const read = await readCsvFile(open, head, input.parse ?? {}, { limits, minColumns, asText });
  return { ...read, parse: { ...read.parse, format: 'csv' } };
}
