import { Readable } from 'node:stream';
import { AppError } from '@laurel/contracts';
import busboy from 'busboy';
import { announcedLength, boundedChunks, mediaType } from '../http/body.ts';
import type { Platform } from '../platform.ts';
import { tableMediaType } from './media-types.ts';

export interface ReceivedFile {
  /** label from the sender's file name; null without one */
  name: string | null;
  contentType: string;
  bytes: number;
  sha256: string;
}

/** A form adds its boundaries and headers to the file. */
const formOverheadBytes = 64 * 1024;

/**
 * Streams the uploaded file to the store under `key`, hashed and counted on the way. Whole or not at all: after any
 * error (too large, broken off, not a table's type) nothing is left under the key.
 */
export async function receiveFile(platform: Platform, request: Request, key: string): Promise<ReceivedFile> {
  const limit = platform.env.maxUploadBytes;
  const declared = mediaType(request);
  if (declared === 'multipart/form-data') return receiveForm(platform, request, key, limit);
  const contentType = tableMediaType(declared, null);
  if (contentType === null) throw unsupported(declared);
  const chunks = boundedChunks(request, announcedLength(request), limit, 'FILE_TOO_LARGE');
  const stored = await platform.blobs.put(key, chunks);
  return { name: null, contentType, ...stored };
}

async function receiveForm(platform: Platform, request: Request, key: string, limit: number): Promise<ReceivedFile> {
  const parser = formParser(request, limit);
  const chunks = boundedChunks(request, announcedLength(request), limit + formOverheadBytes, 'FILE_TOO_LARGE');
  const source = Readable.from(chunks);
  return new Promise<ReceivedFile>((resolve, reject) => {
    let storing: Promise<ReceivedFile> | null = null;
    let failed = false;
    let part: Readable | null = null;
    const fail = (error: unknown) => {
      if (failed) return;
      failed = true;
      source.unpipe(parser);
      source.destroy();
      part?.destroy(error instanceof Error ? error : undefined);
      parser.destroy();
      const refuse = () => reject(formError(error));
      // what was being written is cleared away first, so that a refusal means that nothing is left
      if (storing) storing.then(refuse, refuse);
      else refuse();
    };
    parser.on('file', (field, stream, info) => {
      // a part that is cut off tells its reader (the store) and the parser; unheard here it would end the process
      stream.on('error', () => undefined);
      if (field !== 'file' || storing) return fail(unknownPart(field));
      const contentType = tableMediaType(info.mimeType.toLowerCase(), info.filename ?? null);
      if (contentType === null) return fail(unsupported(info.mimeType));
      part = stream;
      storing = platform.blobs
        .put(key, wholeFile(stream, limit))
        .then((stored) => ({ name: fileLabel(info.filename ?? null), contentType, ...stored }));
      storing.catch(fail);
    });
    parser.on('field', (field) => fail(unknownPart(field)));
    for (const event of ['partsLimit', 'filesLimit', 'fieldsLimit'] as const) {
      parser.on(event, () =>
        fail(new AppError('PARAMETER_INVALID', 'The form has more than one part. Send one file.')),
      );
    }
    parser.on('error', fail);
    source.on('error', fail);
    parser.on('close', () => {
      if (storing) storing.then(resolve, fail);
      else fail(new AppError('PARAMETER_INVALID', 'The form has no file. Send it as the field "file".'));
    });
    source.pipe(parser);
  });
}

function formParser(request: Request, limit: number): busboy.Busboy {
  try {
    return busboy({
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
      limits: {
        files: 1,
        fields: 1,
        parts: 2,
        fileSize: limit + 1,
        fieldSize: 1024,
        fieldNameSize: 100,
        headerPairs: 20,
      },
    });
  } catch (cause) {
    throw new AppError('PARAMETER_INVALID', 'The form cannot be read: its content type has no usable boundary.', {
      cause,
    });
  }
}

/** busboy cuts a file at its limit and says so only in a flag, so the bytes are counted here. */
async function* wholeFile(stream: Readable, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limit) {
      throw new AppError(
        'FILE_TOO_LARGE',
        `The file is larger than the limit of ${Math.floor(limit / 1024 / 1024)} MB. Send a smaller file, or ask the administrator to raise LAUREL_MAX_UPLOAD_MB.`,
        { details: { limitBytes: limit } },
      );
    }
    yield chunk;
  }
}

function formError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const text = error instanceof Error ? error.message : '';
  if (/unexpected end|premature close/i.test(text)) {
    return new AppError('LENGTH_MISMATCH', 'The form ended before the whole file had arrived. Send it again.', {
      cause: error,
    });
  }
  if (/malformed|header/i.test(text)) {
    return new AppError(
      'PARAMETER_INVALID',
      'The form cannot be read. Send it as multipart/form-data with the file in the field "file".',
      { cause: error },
    );
  }
  return error;
}

function unknownPart(field: string): AppError {
  return new AppError(
    'UNKNOWN_FIELD',
    `The form may hold the field "file" once, and nothing else; it holds ${JSON.stringify(field.slice(0, 100))}. Options go into the address.`,
    {
      details: { field: field.slice(0, 100) },
    },
  );
}

function unsupported(type: string): AppError {
  return new AppError(
    'CONTENT_TYPE_UNSUPPORTED',
    `A file of the type ${JSON.stringify(type.slice(0, 100))} cannot be read as a table. Send CSV, Parquet, Excel (.xlsx) or NDJSON.`,
  );
}

/** The name is a label and nothing else: no folders, no control characters, no extension, at most 200 characters. */
export function fileLabel(fileName: string | null): string | null {
  if (fileName === null) return null;
  const last = fileName.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const label = last
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
    .replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/\.[a-z0-9]{1,10}$/i, '')
    .trim()
    .slice(0, 200);
  return label === '' || /^\.+$/.test(label) ? null : label;
}
