import { AppError, type ParseOptions } from '@laurel/contracts';
import { sniffCsv } from '../csv/sniff.ts';
import { type CsvReadOptions, type CsvResult, CsvTableReader } from '../csv/table-reader.ts';
import { detectEncoding, type Encoding, toUtf8, utf8Chunks, withoutMark } from './text-source.ts';

export interface CsvFileResult extends CsvResult {
  /** what was used: given or sniffed */
  parse: ParseOptions;
}

/**
 * Reads a CSV file, which `open` begins anew, in one pass, or two when a column of numbers turned out to hold text.
 * DuckDB is not used here: its sniffer accepts ragged rows, NUL bytes and open quotes silently, so that every cell had
 * to be checked by us anyway, and a checked cell is already tokenised. Memory is the table plus one chunk.
 */
export async function readCsvFile(
  open: () => AsyncIterable<Uint8Array>,
  head: Uint8Array,
  parse: ParseOptions,
  settings: Pick<CsvReadOptions, 'limits' | 'minColumns' | 'asText'>,
): Promise<CsvFileResult> {
  const encoding = detectEncoding(head, parse.encoding);
  const sniffed = sniffCsv(sampleOf(head, encoding), parse);
  const options: CsvReadOptions = { ...settings, ...sniffed, nulls: parse.nulls };
  let reader = new CsvTableReader(options);
  await feed(reader, open(), encoding);
  const second = reader.end();
  if (second) {
    await feed(second, open(), encoding);
    second.end();
    reader = second;
  }
  const result = reader.result();
  return { ...result, parse: { encoding, ...sniffed, ...(parse.nulls ? { nulls: parse.nulls } : {}) } };
}

async function feed(reader: CsvTableReader, bytes: AsyncIterable<Uint8Array>, encoding: Encoding): Promise<void> {
  for await (const chunk of utf8Chunks(bytes, encoding)) reader.push(chunk);
}

function sampleOf(head: Uint8Array, encoding: Encoding): Uint8Array {
  if (encoding === 'utf-8') return withoutMark(head);
  try {
    return toUtf8(encoding)(head.subarray(0, head.byteLength & ~1), false);
  } catch (error) {
    if (error instanceof AppError) return head; // the reading itself says where the text is wrong
    throw error;
  }
}
