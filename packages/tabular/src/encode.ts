import { AppError } from '@laurel/contracts';
import { type CodedColumn, type Column, isNumeric, type NumericColumn, type Table } from './table.ts';

/**
 * Layout, little-endian, every section at a multiple of 8 bytes:
 * magic "LAURELT1" | u32 header bytes | u32 header checksum | header JSON | sections.
 * Numeric: Float64 values. Coded: Int32 codes, Uint32 ends of the levels, levels as UTF-8.
 */
export interface TableHeader {
  schemaVersion: 1;
  rows: number;
  /** bytes of the whole file, to find a truncated one */
  bytes: number;
  columns: ColumnHeader[];
}
export interface Section {
  offset: number;
  bytes: number;
  checksum: number;
}
export type ColumnHeader =
  | { name: string; type: NumericColumn['type']; dateFormat?: string; values: Section }
  | {
      name: string;
      type: CodedColumn['type'];
      levelCount: number;
      codes: Section;
      levelEnds: Section;
      levels: Section;
    };

const magic = new TextEncoder().encode('LAURELT1');
/** Bytes before the header's JSON. */
export const prefixBytes = 16;

/** The table in one array. For a large table `encodeTableParts` avoids the copy. */
export function encodeTable(table: Table): Uint8Array {
  const parts = encodeTableParts(table);
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.byteLength;
  }
  return result;
}

/** The table as the pieces of its file, in order. The pieces of values are views of the table's own arrays. */
export function encodeTableParts(table: Table): Uint8Array[] {
  const columns = table.columns.map((column) => sectionsOf(column));
  // Offsets are part of the header, whose length they change: they are counted from the end of the header.
  let offset = 0;
  const parts: Uint8Array[] = [];
  const place = (bytes: Uint8Array): Section => {
    const section = { offset, bytes: bytes.byteLength, checksum: checksum(bytes) };
    const padding = padOf(bytes.byteLength);
    parts.push(bytes);
    if (padding > 0) parts.push(new Uint8Array(padding));
    offset += bytes.byteLength + padding;
    return section;
  };
  const headers = columns.map((column): ColumnHeader => {
    if ('values' in column) return { ...column, values: place(column.values) };
    return { ...column, codes: place(column.codes), levelEnds: place(column.levelEnds), levels: place(column.levels) };
  });
  const header: TableHeader = { schemaVersion: 1, rows: table.rows, bytes: offset, columns: headers };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const padded = new Uint8Array(prefixBytes + json.byteLength + padOf(json.byteLength)).fill(0x20);
  padded.set(magic, 0);
  padded.set(json, prefixBytes);
  const view = new DataView(padded.buffer);
  view.setUint32(8, padded.byteLength - prefixBytes, true);
  view.setUint32(12, checksum(padded.subarray(prefixBytes)), true);
  return [padded, ...parts];
}

function sectionsOf(column: Column) {
  if (isNumeric(column)) {
    const { name, type, dateFormat, values } = column;
    return { name, type, ...(dateFormat === undefined ? {} : { dateFormat }), values: bytesOf(values) };
  }
  const encoder = new TextEncoder();
  const encoded = column.levels.map((level) => encoder.encode(level));
  const ends = new Uint32Array(encoded.length);
  const levels = new Uint8Array(encoded.reduce((sum, bytes) => sum + bytes.byteLength, 0));
  let end = 0;
  encoded.forEach((bytes, index) => {
    levels.set(bytes, end);
    end += bytes.byteLength;
    ends[index] = end;
  });
  const { name, type, codes } = column;
  return { name, type, levelCount: encoded.length, codes: bytesOf(codes), levelEnds: bytesOf(ends), levels };
}

/**
 * The table of `encodeTable`. Values and codes are views into `bytes` when those start at a multiple of 8 in their
 * buffer, else copies. Throws ARTIFACT_CORRUPT when a checksum, a size or the version does not fit.
 */
export function decodeTable(bytes: Uint8Array): Table {
  const { header, dataStart } = decodeHeader(bytes);
  if (dataStart + header.bytes !== bytes.byteLength) throw corrupt('its length is not what its header says');
  const columns = header.columns.map((column) => {
    const read = (section: Section): Uint8Array =>
      verified(bytes.subarray(dataStart + section.offset, dataStart + section.offset + section.bytes), section);
    return decodeColumn(column, header.rows, read);
  });
  return { rows: header.rows, columns };
}

/** The header and where the sections start, from the first bytes of a file (at least prefix and header). */
export function decodeHeader(bytes: Uint8Array): { header: TableHeader; dataStart: number } {
  const length = headerBytes(bytes);
  const json = bytes.subarray(prefixBytes, prefixBytes + length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (json.byteLength !== length || view.getUint32(12, true) !== checksum(json)) throw corrupt('its header is damaged');
  const header = JSON.parse(new TextDecoder().decode(json)) as TableHeader;
  if (header.schemaVersion !== 1) throw corrupt('it was written by a newer version of Laurel');
  return { header, dataStart: prefixBytes + length };
}

/** Length of the header in bytes, from the 16 bytes before it. */
export function headerBytes(prefix: Uint8Array): number {
  if (prefix.byteLength < prefixBytes || magic.some((byte, index) => prefix[index] !== byte)) {
    throw corrupt('it does not start like one');
  }
  return new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength).getUint32(8, true);
}

/** One column from its sections; `read` gives the verified bytes of a section. */
export function decodeColumn(header: ColumnHeader, rows: number, read: (section: Section) => Uint8Array): Column {
  if ('values' in header) {
    const values = aligned(read(header.values), Float64Array);
    if (values.length !== rows) throw corrupt('a column is too short');
    const { name, type, dateFormat } = header;
    return { name, type, values, ...(dateFormat === undefined ? {} : { dateFormat }) };
  }
  const codes = aligned(read(header.codes), Int32Array);
  const ends = aligned(read(header.levelEnds), Uint32Array);
  if (codes.length !== rows || ends.length !== header.levelCount) throw corrupt('a column is too short');
  return { name: header.name, type: header.type, codes, levels: decodeLevels(read(header.levels), ends) };
}

function decodeLevels(bytes: Uint8Array, ends: Uint32Array): string[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let start = 0;
  return Array.from(ends, (end) => {
    const level = decoder.decode(bytes.subarray(start, end));
    start = end;
    return level;
  });
}

/** The same bytes, or ARTIFACT_CORRUPT. */
export function verified(bytes: Uint8Array, section: Section): Uint8Array {
  if (bytes.byteLength !== section.bytes || checksum(bytes) !== section.checksum)
    throw corrupt('a checksum does not fit');
  return bytes;
}

export function corrupt(why: string): AppError {
  return new AppError(
    'ARTIFACT_CORRUPT',
    `The stored table of this dataset cannot be used: ${why}. Upload the file again, or restore the data from a backup.`,
  );
}

function aligned<T>(
  bytes: Uint8Array,
  type: { new (buffer: ArrayBufferLike, offset: number, length: number): T; BYTES_PER_ELEMENT: number },
): T {
  const whole = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new type(whole.buffer, whole.byteOffset, Math.floor(bytes.byteLength / type.BYTES_PER_ELEMENT));
}

function bytesOf(array: Float64Array | Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function padOf(bytes: number): number {
  return (8 - (bytes % 8)) % 8;
}

/** 32-bit checksum by words of four bytes with MurmurHash3's mixing (Appleby 2011): finds damage, no protection against intent. */
export function checksum(bytes: Uint8Array): number {
  const wholeWords = Math.floor(bytes.byteLength / 4);
  const words = aligned(bytes.subarray(0, wholeWords * 4), Int32Array);
  let hash = bytes.byteLength | 0;
  for (let i = 0; i < wholeWords; i++) hash = mix(hash, words[i]!);
  let tail = 0;
  for (let i = wholeWords * 4; i < bytes.byteLength; i++) tail = (tail << 8) | bytes[i]!;
  hash = mix(hash, tail);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mix(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}
