import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import {
  type ColumnHeader,
  corrupt,
  decodeColumn,
  decodeHeader,
  encodeTableParts,
  headerBytes,
  prefixBytes,
  type Section,
  type TableHeader,
  verified,
} from '../encode.ts';
import { type Cell, type Column, type Table, tableToRecords } from '../table.ts';

/** A stored table that is read in parts. Close it when done. */
export interface TableFile {
  header: TableHeader;
  /** rows offset..offset+limit-1 as records without a prototype; of all columns or of these, in table order */
  rows(offset: number, limit: number, columns?: readonly string[]): Promise<Record<string, Cell>[]>;
  /** the same as a table with the levels that these rows use */
  slice(offset: number, limit: number, columns?: readonly string[]): Promise<Table>;
  /** one whole column, its checksum verified; undefined when there is none of that name */
  column(name: string): Promise<Column | undefined>;
  close(): Promise<void>;
}

/** Opens a file of `writeTableFile`. Throws ARTIFACT_CORRUPT for anything else or a truncated one. */
export async function openTable(path: string): Promise<TableFile> {
  const file = await open(path, 'r');
  try {
    return await tableFile(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function tableFile(file: FileHandle): Promise<TableFile> {
  const { size } = await file.stat();
  const prefix = await readBytes(file, 0, Math.min(prefixBytes, size));
  const length = prefixBytes + headerBytes(prefix);
  const { header, dataStart } = decodeHeader(await readBytes(file, 0, Math.min(length, size)));
  if (dataStart + header.bytes !== size) throw corrupt('its length is not what its header says');
  const levelCache = new Map<string, string[]>();

  const whole = (section: Section) => readBytes(file, dataStart + section.offset, section.bytes);

  async function column(name: string): Promise<Column | undefined> {
    const found = header.columns.find((one) => one.name === name);
    if (!found) return undefined;
    const sections = 'values' in found ? [found.values] : [found.codes, found.levelEnds, found.levels];
    const bytes = new Map<Section, Uint8Array>();
    for (const section of sections) bytes.set(section, verified(await whole(section), section));
    return decodeColumn(found, header.rows, (section) => bytes.get(section)!);
  }

  async function sliceColumn(one: ColumnHeader, start: number, count: number): Promise<Column> {
    if ('values' in one) {
      const bytes = await readBytes(file, dataStart + one.values.offset + start * 8, count * 8);
      const values = new Float64Array(bytes.buffer, bytes.byteOffset, count);
      return { name: one.name, type: one.type, values, ...(one.dateFormat ? { dateFormat: one.dateFormat } : {}) };
    }
    const bytes = await readBytes(file, dataStart + one.codes.offset + start * 4, count * 4);
    const codes = new Int32Array(bytes.buffer, bytes.byteOffset, count);
    return { name: one.name, type: one.type, ...(await usedLevels(one, codes)) };
  }

  /** Small level lists are read once and kept; of large ones only the levels that the codes use. */
  async function usedLevels(one: Extract<ColumnHeader, { levelCount: number }>, codes: Int32Array) {
    if (one.levels.bytes <= 1 << 20) {
      let levels = levelCache.get(one.name);
      if (!levels) {
        levels = ((await column(one.name)) as Extract<Column, { levels: unknown }>).levels.slice();
        levelCache.set(one.name, levels);
      }
      return { codes, levels };
    }
    const wanted = [...new Set(codes)].filter((code) => code >= 0).sort((a, b) => a - b);
    const levels: string[] = [];
    for (const code of wanted) {
      const ends = await readBytes(
        file,
        dataStart + one.levelEnds.offset + Math.max(0, code - 1) * 4,
        code === 0 ? 4 : 8,
      );
      const view = new DataView(ends.buffer, ends.byteOffset, ends.byteLength);
      const start = code === 0 ? 0 : view.getUint32(0, true);
      const end = view.getUint32(code === 0 ? 0 : 4, true);
      levels.push(
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(
          await readBytes(file, dataStart + one.levels.offset + start, end - start),
        ),
      );
    }
    const newCode = new Map(wanted.map((code, index) => [code, index]));
    return { codes: codes.map((code) => newCode.get(code) ?? -1), levels };
  }

  async function slice(offset: number, limit: number, names?: readonly string[]): Promise<Table> {
    const start = Math.min(Math.max(0, Math.floor(offset)), header.rows);
    const count = Math.min(Math.max(0, Math.floor(limit)), header.rows - start);
    const wanted = names ? new Set(names) : null;
    const columns: Column[] = [];
    for (const one of header.columns)
      if (!wanted || wanted.has(one.name)) columns.push(await sliceColumn(one, start, count));
    return { rows: count, columns };
  }

  return {
    header,
    column,
    slice,
    rows: async (offset, limit, names) => tableToRecords(await slice(offset, limit, names)),
    close: () => file.close(),
  };
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, position + read);
    if (bytesRead === 0) throw corrupt('it ends too early');
    read += bytesRead;
  }
  return bytes;
}

/** Writes a table so that no half-written file is ever found at `path`. Answers its size in bytes. */
export async function writeTableFile(path: string, table: Table): Promise<number> {
  const partial = `${path}.partial`;
  const file = await open(partial, 'w', 0o600);
  let bytes = 0;
  try {
    for (const part of encodeTableParts(table)) {
      await file.writeFile(part);
      bytes += part.byteLength;
    }
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(partial, { force: true });
    throw error;
  }
  await file.close();
  await rename(partial, path);
  return bytes;
}
