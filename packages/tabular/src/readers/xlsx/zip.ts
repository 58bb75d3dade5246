import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInflateRaw } from 'node:zlib';
import { AppError } from '@laurel/contracts';

export interface ZipArchive {
  names: string[];
  has(name: string): boolean;
  /** the entry's bytes as they unpack; refuses more than the limits allow, whatever the directory says */
  read(name: string): AsyncIterable<Uint8Array>;
}

interface Entry {
  name: string;
  method: number;
  packedBytes: number;
  unpackedBytes: number;
  headerOffset: number;
}

const maxEntries = 10_000;
const endRecordBytes = 22;
const suspiciousRatio = 200;
const ratioFromBytes = 50_000_000;

/**
 * Opens a ZIP archive by its central directory. Nothing is ever written to disk under an entry's name; archives with
 * names that climb out of a folder, links, or too many entries are refused all the same (ARCHIVE_INVALID), because only
 * an attack has them. What unpacks to more than `maxUnpackedBytes`, or 200 times its size, is DECOMPRESSED_TOO_LARGE.
 */
export async function openZip(path: string, maxUnpackedBytes: number): Promise<ZipArchive> {
  const directory = await readDirectory(path);
  const entries = new Map(directory.map((entry) => [entry.name, entry]));
  const packed = directory.reduce((sum, entry) => sum + entry.packedBytes, 0);
  const declared = directory.reduce((sum, entry) => sum + entry.unpackedBytes, 0);
  if (declared > maxUnpackedBytes || isBomb(packed, declared)) throw tooLarge(maxUnpackedBytes);
  let unpacked = 0;

  async function* read(name: string): AsyncGenerator<Uint8Array> {
    const entry = entries.get(name);
    if (!entry) throw damaged(`it has no part ${JSON.stringify(name)}`);
    let own = 0;
    for await (const chunk of entryBytes(path, entry)) {
      own += chunk.byteLength;
      unpacked += chunk.byteLength;
      if (unpacked > maxUnpackedBytes || isBomb(entry.packedBytes, own)) throw tooLarge(maxUnpackedBytes);
      yield chunk;
    }
  }

  return { names: [...entries.keys()], has: (name) => entries.has(name), read };
}

function isBomb(packedBytes: number, unpackedBytes: number): boolean {
  return unpackedBytes > ratioFromBytes && unpackedBytes > suspiciousRatio * Math.max(1, packedBytes);
}

async function* entryBytes(path: string, entry: Entry): AsyncGenerator<Uint8Array> {
  const header = await readAt(path, entry.headerOffset, 30);
  if (header.byteLength < 30 || header.readUInt32LE(0) !== 0x04034b50)
    throw damaged('an entry does not start where it should');
  const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (entry.packedBytes === 0) return;
  const source = createReadStream(path, { start, end: start + entry.packedBytes - 1, highWaterMark: 1 << 18 });
  if (entry.method === 0) {
    yield* source as AsyncIterable<Buffer>;
    return;
  }
  const inflate = createInflateRaw({ chunkSize: 1 << 18 });
  source.on('error', (error) => inflate.destroy(error));
  source.pipe(inflate);
  try {
    yield* inflate as AsyncIterable<Buffer>;
  } catch (error) {
    throw error instanceof AppError ? error : damaged('an entry cannot be unpacked', error);
  } finally {
    source.destroy();
    inflate.destroy();
  }
}

async function readDirectory(path: string): Promise<Entry[]> {
  const file = await open(path, 'r');
  let size: number;
  try {
    size = (await file.stat()).size;
  } finally {
    await file.close();
  }
  const tailBytes = Math.min(size, endRecordBytes + 65_535);
  const tail = await readAt(path, size - tailBytes, tailBytes);
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + endRecordBytes > tail.byteLength)
    throw damaged('its directory is missing; the file may be cut off');
  const count = tail.readUInt16LE(end + 10);
  const bytes = tail.readUInt32LE(end + 12);
  const offset = tail.readUInt32LE(end + 16);
  if (count > maxEntries) throw damaged(`it has more than ${maxEntries.toLocaleString('en')} parts`);
  if (offset + bytes > size) throw damaged('its directory lies outside of it');
  const entries = parseDirectory(await readAt(path, offset, bytes), count);
  if (new Set(entries.map((entry) => entry.name)).size !== entries.length)
    throw damaged('it has two parts of one name');
  return entries;
}

function parseDirectory(bytes: Buffer, count: number): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > bytes.byteLength || bytes.readUInt32LE(at) !== 0x02014b50) throw damaged('its directory is damaged');
    const nameBytes = bytes.readUInt16LE(at + 28);
    const extraBytes = bytes.readUInt16LE(at + 30);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameBytes);
    const entry = {
      name,
      method: bytes.readUInt16LE(at + 10),
      packedBytes: bytes.readUInt32LE(at + 20),
      unpackedBytes: bytes.readUInt32LE(at + 24),
      headerOffset: bytes.readUInt32LE(at + 42),
    };
    checkEntry(entry, bytes.readUInt16LE(at + 8), bytes.readUInt32LE(at + 38) >>> 16);
    if (!name.endsWith('/'))
      entries.push(wide(entry, bytes.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes)));
    at += 46 + nameBytes + extraBytes + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function checkEntry(entry: Entry, flags: number, unixMode: number): void {
  const { name, method } = entry;
  const climbs = name.split(/[/\\]/).includes('..') || /^[/\\]|^[a-z]:/i.test(name) || /[\\\0]/.test(name);
  if (climbs) throw damaged(`it has a part with the forbidden name ${JSON.stringify(name.slice(0, 80))}`);
  if ((unixMode & 0xf000) === 0xa000) throw damaged(`its part ${JSON.stringify(name.slice(0, 80))} is a link`);
  if ((flags & 1) !== 0) {
    throw new AppError('EXCEL_ENCRYPTED', 'The file is protected with a password. Save it without one and send that.');
  }
  if (method !== 0 && method !== 8) throw damaged('it is compressed in an unusual way');
}

/** Sizes of 0xffffffff stand in the ZIP64 extra field (id 1), as some writers do even for small files. */
function wide(entry: Entry, extra: Buffer): Entry {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const id = extra.readUInt16LE(at);
    const end = Math.min(extra.byteLength, at + 4 + extra.readUInt16LE(at + 2));
    if (id === 1) {
      let next = at + 4;
      const take = (value: number): number => {
        if (value !== 0xffffffff || next + 8 > end) return value;
        next += 8;
        return Number(extra.readBigUInt64LE(next - 8));
      };
      const unpackedBytes = take(entry.unpackedBytes);
      const packedBytes = take(entry.packedBytes);
      return { ...entry, unpackedBytes, packedBytes, headerOffset: take(entry.headerOffset) };
    }
    at = end;
  }
  return entry;
}

async function readAt(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function damaged(why: string, cause?: unknown): AppError {
  return new AppError(
    'ARCHIVE_INVALID',
    `The Excel file cannot be opened: ${why}. Save it again as .xlsx and send that.`,
    { cause },
  );
}

function tooLarge(limit: number): AppError {
  return new AppError(
    'DECOMPRESSED_TOO_LARGE',
    `The Excel file unpacks to far more than it should, or to more than ${Math.round(limit / 1e6).toLocaleString('en')} MB. Send the table as CSV or Parquet.`,
  );
}
