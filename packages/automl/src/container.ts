import { createHash } from 'node:crypto';
import { AppError } from '@laurel/contracts';

/** Flat arrays of a container by name. */
export type Tensor = Float64Array | Float32Array | Int32Array | Int8Array | Uint8Array;
export type Tensors = Record<string, Tensor>;

/** What a container holds: JSON and flat numbers, nothing that could be executed. */
export interface Container {
  header: unknown;
  tensors: Tensors;
}

const types = { f64: Float64Array, f32: Float32Array, i32: Int32Array, i8: Int8Array, u8: Uint8Array } as const;
type TypeName = keyof typeof types;
interface Entry {
  name: string;
  type: TypeName;
  offset: number;
  length: number;
}

const magic = 'LAURELC1';
const version = 1;
const digestBytes = 32;
/** magic, u32 version, u32 bytes of the JSON, digest */
const prefixBytes = 16 + digestBytes;

/**
 * Writes JSON and flat arrays as one checksummed file, little-endian: magic (8), u32 version, u32 JSON bytes,
 * SHA-256 of everything after it (32), JSON, arrays each at a multiple of 8. The same content gives the same bytes.
 */
export function writeContainer(content: Container): Uint8Array {
  const entries: Entry[] = [];
  let offset = 0;
  for (const [name, tensor] of Object.entries(content.tensors)) {
    entries.push({ name, type: typeName(tensor), offset, length: tensor.length });
    offset += pad8(tensor.byteLength);
  }
  const json = new TextEncoder().encode(JSON.stringify({ header: content.header, entries }));
  const start = pad8(prefixBytes + json.length);
  const bytes = new Uint8Array(start + offset);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic), 0);
  view.setUint32(8, version, true);
  view.setUint32(12, json.length, true);
  bytes.set(json, prefixBytes);
  let index = 0;
  for (const tensor of Object.values(content.tensors)) {
    const entry = entries[index++]!;
    bytes.set(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength), start + entry.offset);
  }
  bytes.set(sha256(bytes.subarray(prefixBytes)), 16);
  return bytes;
}

/** Reads a container back. Arrays are views where `bytes` is aligned, else copies. Throws ARTIFACT_CORRUPT naming `what` when anything is off. */
export function readContainer(bytes: Uint8Array, what: string): Container {
  const corrupt = (why: string) =>
    new AppError('ARTIFACT_CORRUPT', `The ${what} cannot be used: ${why}. Make it again, or restore it from a backup.`);
  if (bytes.length < prefixBytes || new TextDecoder().decode(bytes.subarray(0, 8)) !== magic) {
    throw corrupt('the file does not start as one of Laurel does');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = view.getUint32(8, true);
  if (found !== version) throw corrupt(`it has format version ${found}, and this Laurel reads version ${version}`);
  const digest = sha256(bytes.subarray(prefixBytes));
  for (let i = 0; i < digestBytes; i++) {
    if (digest[i] !== bytes[16 + i]) throw corrupt('its checksum does not match its content');
  }
  const jsonBytes = view.getUint32(12, true);
  const json = new TextDecoder().decode(bytes.subarray(prefixBytes, prefixBytes + jsonBytes));
  const { header, entries } = JSON.parse(json) as { header: unknown; entries: Entry[] };
  const start = pad8(prefixBytes + jsonBytes);
  // No prototype, because a name may be `__proto__`.
  const tensors: Tensors = Object.create(null);
  for (const entry of entries) {
    const type = types[entry.type];
    const from = start + entry.offset;
    const content = bytes.subarray(from, from + entry.length * type.BYTES_PER_ELEMENT);
    const aligned = content.byteOffset % 8 === 0 ? content : content.slice();
    tensors[entry.name] = new type(aligned.buffer as ArrayBuffer, aligned.byteOffset, entry.length);
  }
  return { header, tensors };
}

/** SHA-256 of the bytes, in hexadecimal. */
export function sha256Hex(...parts: Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** The bytes of a typed array, without a copy. */
export function bytesOf(array: Tensor): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function typeName(tensor: Tensor): TypeName {
  if (tensor instanceof Float64Array) return 'f64';
  if (tensor instanceof Float32Array) return 'f32';
  if (tensor instanceof Int32Array) return 'i32';
  if (tensor instanceof Int8Array) return 'i8';
  return 'u8';
}

function pad8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
