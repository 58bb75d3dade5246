import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '@laurel/contracts';

const chunkBytes = 1 << 20;

/** The file, chunk by chunk. */
export function fileBytes(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: chunkBytes });
}

/**
 * What a gzip file holds, chunk by chunk. Throws CONTENT_MISMATCH for a damaged file and DECOMPRESSED_TOO_LARGE beyond
 * `maxBytes`, before more than that was unpacked.
 */
export async function* gunzippedBytes(path: string, maxBytes: number): AsyncGenerator<Uint8Array> {
  const unpacked = pipeline(createReadStream(path), createGunzip({ chunkSize: chunkBytes }), () => undefined);
  let bytes = 0;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        throw new AppError(
          'DECOMPRESSED_TOO_LARGE',
          `The file unpacks to more than ${Math.round(maxBytes / 1e6).toLocaleString('en')} MB. Send fewer rows or columns, or Parquet.`,
        );
      }
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError(
      'CONTENT_MISMATCH',
      'The file is packed with gzip but cannot be unpacked: it is damaged or cut off. Pack it again, or send it unpacked.',
      { cause },
    );
  }
}

/** The first bytes, up to `count`. */
export async function firstBytes(source: AsyncIterable<Uint8Array>, count: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    parts.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= count) break;
  }
  return Buffer.concat(parts).subarray(0, count);
}
