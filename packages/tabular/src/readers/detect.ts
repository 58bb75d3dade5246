import { AppError, type FileFormat } from '@laurel/contracts';

/** What the first bytes of a file say it is. */
export type Content =
  | { kind: 'csv' | 'ndjson' | 'parquet' | 'zip' | 'gzip' | 'ole' | 'empty' }
  | { kind: 'foreign'; what: string };

const signatures: readonly { what: string; bytes: readonly number[] }[] = [
  { what: 'a PNG picture', bytes: [0x89, 0x50, 0x4e, 0x47] },
  { what: 'a JPEG picture', bytes: [0xff, 0xd8, 0xff] },
  { what: 'a GIF picture', bytes: [0x47, 0x49, 0x46, 0x38] },
  { what: 'a PDF document', bytes: [0x25, 0x50, 0x44, 0x46] },
  { what: 'an SQLite database', bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66] },
  { what: 'a program', bytes: [0x7f, 0x45, 0x4c, 0x46] },
  { what: 'an HDF5 file', bytes: [0x89, 0x48, 0x44, 0x46] },
  { what: 'an Arrow file', bytes: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31] },
];
const archives: readonly { what: string; bytes: readonly number[] }[] = [
  { what: 'a 7-Zip archive', bytes: [0x37, 0x7a, 0xbc, 0xaf] },
  { what: 'an xz archive', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { what: 'a Zstandard archive', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { what: 'a bzip2 archive', bytes: [0x42, 0x5a, 0x68] },
  { what: 'a RAR archive', bytes: [0x52, 0x61, 0x72, 0x21] },
];

/** Recognises a file by its first bytes (a few kilobytes are enough). */
export function detectContent(head: Uint8Array): Content {
  if (head.byteLength === 0) return { kind: 'empty' };
  const starts = (bytes: readonly number[]) => bytes.every((byte, index) => head[index] === byte);
  if (starts([0x50, 0x41, 0x52, 0x31]) || starts([0x50, 0x41, 0x52, 0x45])) return { kind: 'parquet' };
  if (starts([0x50, 0x4b, 0x03, 0x04]) || starts([0x50, 0x4b, 0x05, 0x06])) return { kind: 'zip' };
  if (starts([0x1f, 0x8b])) return { kind: 'gzip' };
  if (starts([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])) return { kind: 'ole' };
  const foreign = [...signatures, ...archives].find(({ bytes }) => starts(bytes));
  if (foreign) return { kind: 'foreign', what: foreign.what };
  const text = new TextDecoder()
    .decode(head.subarray(0, 4096))
    .replace(/^\ufeff/, '')
    .trimStart();
  if (/^<(?:!doctype|html|head|body|\?xml|svg|table)\b/i.test(text))
    return { kind: 'foreign', what: 'an HTML or XML page' };
  if (/^\{\s*(?:"|\}|$)/.test(text) || /^\[\s*(?:\{|\[|\]|"|-?\d+\s*,?\s*$)/.test(text)) return { kind: 'ndjson' };
  return { kind: 'csv' };
}

const contentTypes = new Map<string, FileFormat>([
  ['text/csv', 'csv'],
  ['application/csv', 'csv'],
  ['text/plain', 'csv'],
  ['text/tab-separated-values', 'csv'],
  ['application/vnd.apache.parquet', 'parquet'],
  ['application/x-parquet', 'parquet'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['application/vnd.ms-excel.sheet.macroenabled.12', 'xlsx'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
]);
const extensions = new Map<string, FileFormat>([
  ['csv', 'csv'],
  ['tsv', 'csv'],
  ['txt', 'csv'],
  ['parquet', 'parquet'],
  ['xlsx', 'xlsx'],
  ['xlsm', 'xlsx'],
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
]);

const packedTypes: readonly string[] = ['application/gzip', 'application/x-gzip'];

/** Whether the sender says that the file is packed with gzip, by content type or by the file's name. */
export function announcedAsPacked(contentType: string | undefined, fileName: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return packedTypes.includes(type) || /\.gz$/i.test(fileName ?? '');
}

/** The format that the sender says it is, by content type and then by the file's name; undefined when neither says. */
export function announcedFormat(contentType: string | undefined, fileName: string | undefined): FileFormat | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  const byType = type === undefined ? undefined : contentTypes.get(type);
  const extension = fileName === undefined ? undefined : /\.([a-z0-9]{1,10})$/i.exec(fileName)?.[1]?.toLowerCase();
  const byName = extension === undefined ? undefined : extensions.get(extension);
  // curl and some browsers call every file text/plain
  return type === 'text/plain' ? (byName ?? byType) : (byType ?? byName);
}

const formatNames: Record<FileFormat, string> = {
  csv: 'a CSV file',
  parquet: 'a Parquet file',
  xlsx: 'an Excel file',
  ndjson: 'newline-delimited JSON',
};

/**
 * The format to read the file as. What it is announced as and what it holds must agree.
 * Throws EMPTY_FILE, NOT_TABULAR (no table at all) or CONTENT_MISMATCH (a table of another kind, or packed).
 */
export function settleFormat(content: Content, announced: FileFormat | undefined): FileFormat | 'ole' {
  if (content.kind === 'empty') {
    throw new AppError('EMPTY_FILE', 'The file is empty. Send a table with a header line and rows below it.');
  }
  if (content.kind === 'foreign') {
    throw new AppError(
      'NOT_TABULAR',
      `The file is ${content.what}, not a table. Send CSV, Parquet, Excel or newline-delimited JSON.`,
    );
  }
  if (content.kind === 'gzip') {
    throw new AppError(
      'CONTENT_MISMATCH',
      'The file is packed with gzip but does not say so. Name it .csv.gz if it is a packed CSV file; otherwise unpack it.',
    );
  }
  if (content.kind === 'ole') return 'ole';
  const found: FileFormat = content.kind === 'zip' ? 'xlsx' : content.kind;
  if (announced === undefined || announced === found) return found;
  if (announced === 'csv' && found === 'ndjson') {
    throw new AppError(
      'NOT_TABULAR',
      'The file holds JSON, not CSV. Send one JSON object per line as application/x-ndjson, or convert it to CSV.',
    );
  }
  if (announced === 'parquet') {
    throw new AppError(
      'PARQUET_INVALID',
      'The file does not start like a Parquet file. It may be damaged or of another format; write it again.',
    );
  }
  if (announced === 'ndjson') {
    throw new AppError('NDJSON_INVALID', 'The file does not start with a JSON object. Send one JSON object per line.');
  }
  if (announced === 'xlsx') {
    throw new AppError(
      'EXCEL_INVALID',
      `The file is ${formatNames[found]} and not an Excel file (.xlsx). Send it as what it is, or save it as .xlsx.`,
    );
  }
  const what = content.kind === 'zip' ? 'an Excel file or another ZIP archive' : formatNames[found];
  throw new AppError(
    'CONTENT_MISMATCH',
    `The file is announced as ${formatNames[announced]} but is ${what}. Send it with its own name and type.`,
  );
}
