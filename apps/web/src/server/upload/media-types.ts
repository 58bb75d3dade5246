import type { FileFormat } from '@laurel/contracts';

/** Media type kept with a dataset, by format. */
export const formatMediaTypes: Readonly<Record<FileFormat, string>> = {
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ndjson: 'application/x-ndjson',
};

/** A CSV file packed with gzip keeps saying so: what it holds is found when it is read. */
const packedMediaType = 'application/gzip';

const aliases: Readonly<Record<string, FileFormat | 'packed'>> = {
  'text/csv': 'csv',
  'application/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'application/vnd.apache.parquet': 'parquet',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/gzip': 'packed',
  'application/x-gzip': 'packed',
};

/** What a raw upload may call itself. */
export const tableMediaTypes: readonly string[] = Object.keys(aliases);

const extensions: Readonly<Record<string, FileFormat | 'packed'>> = {
  gz: 'packed',
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  parquet: 'parquet',
  xlsx: 'xlsx',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
};

/**
 * The media type to keep, or null when it is no table. In a form the browser takes the part's type from the operating
 * system (a CSV is `application/vnd.ms-excel` where Excel is installed), so the name's extension decides first.
 */
export function tableMediaType(declared: string, fileName: string | null): string | null {
  const extension = fileName === null ? '' : (/\.([a-z0-9]{1,10})$/i.exec(fileName)?.[1] ?? '').toLowerCase();
  const format =
    (Object.hasOwn(extensions, extension) && extensions[extension]) ||
    (Object.hasOwn(aliases, declared) && aliases[declared]);
  if (!format) return null;
  return format === 'packed' ? packedMediaType : formatMediaTypes[format];
}
