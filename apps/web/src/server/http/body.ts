import { AppError } from '@laurel/contracts';

/** Largest JSON or CSV body of a route that is no upload. */
export const maxBodyBytes = 10 * 1024 * 1024;

/** The media type of a request without its parameters, in lower case; '' when there is none. */
export function mediaType(request: Request): string {
  return (request.headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** Throws CONTENT_TYPE_UNSUPPORTED unless the request's media type is one of `allowed`. */
export function requireMediaType(request: Request, allowed: readonly string[]): string {
  const type = mediaType(request);
  if (!allowed.includes(type)) {
    throw new AppError(
      'CONTENT_TYPE_UNSUPPORTED',
      `This address takes ${allowed.join(' or ')}, not ${type === '' ? 'a body without a content type' : type.slice(0, 100)}. Set the header content-type.`,
    );
  }
  const encoding = request.headers.get('content-encoding');
  if (encoding && encoding.toLowerCase() !== 'identity') {
    throw new AppError('CONTENT_TYPE_UNSUPPORTED', 'Bodies are taken uncompressed. Send it without content-encoding.');
  }
  return type;
}

/** The announced length in bytes; null when none was announced. Throws PARAMETER_INVALID for what is not a length. */
export function announcedLength(request: Request): number | null {
  const header = request.headers.get('content-length');
  if (header === null) return null;
  if (!/^\d{1,15}$/.test(header)) throw new AppError('PARAMETER_INVALID', 'The header content-length is not a number.');
  return Number(header);
}

/** The whole body, in memory. Throws BODY_TOO_LARGE while it streams and LENGTH_MISMATCH when bytes are missing. */
export async function readBody(request: Request, limitBytes: number = maxBodyBytes): Promise<Uint8Array<ArrayBuffer>> {
  const announced = announcedLength(request);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of boundedChunks(request, announced, limitBytes, 'BODY_TOO_LARGE')) {
    chunks.push(chunk);
    bytes += chunk.length;
  }
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

/**
 * The body chunk by chunk, counted: throws `code` as soon as more than `limitBytes` came (or were announced), and
 * LENGTH_MISMATCH when the connection broke or ended before the announced length.
 */
export async function* boundedChunks(
  request: Request,
  announced: number | null,
  limitBytes: number,
  code: 'FILE_TOO_LARGE' | 'BODY_TOO_LARGE',
): AsyncGenerator<Uint8Array> {
  if (announced !== null && announced > limitBytes) throw tooLarge(code, limitBytes);
  let bytes = 0;
  for await (const chunk of rawChunks(request)) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw tooLarge(code, limitBytes);
    yield chunk;
  }
  if (announced !== null && bytes !== announced) {
    throw new AppError(
      'LENGTH_MISMATCH',
      `${announced} bytes were announced and ${bytes} arrived. Nothing was kept; send it again.`,
      { details: { announced, received: bytes } },
    );
  }
}

/**
 * Reads the stream and stops with LENGTH_MISMATCH when the client goes away, also if the stream itself would hang: an
 * abort cancels the reader, which ends the pending read. (Racing each read against one promise of the abort would keep
 * every chunk until the end, as the reactions of that promise.)
 */
async function* rawChunks(request: Request): AsyncGenerator<Uint8Array> {
  if (!request.body) return;
  const { signal } = request;
  const reader = request.body.getReader();
  const cancel = () => {
    reader.cancel(signal.reason).catch(() => undefined); // a stream that broke by itself has nothing left to cancel
  };
  signal.addEventListener('abort', cancel, { once: true });
  let done = false;
  try {
    while (!signal.aborted) {
      const next = await reader.read();
      if (next.done) break;
      yield next.value;
    }
    if (signal.aborted) throw broken(signal.reason);
    done = true;
  } catch (error) {
    throw error instanceof AppError ? error : broken(error);
  } finally {
    signal.removeEventListener('abort', cancel);
    if (!done) cancel();
  }
}

function broken(cause: unknown): AppError {
  return new AppError('LENGTH_MISMATCH', 'The connection ended before the whole body had arrived. Send it again.', {
    cause,
  });
}

function tooLarge(code: 'FILE_TOO_LARGE' | 'BODY_TOO_LARGE', limitBytes: number): AppError {
  const limit = `${Math.floor((limitBytes / 1024 / 1024) * 100) / 100} MB`;
  return new AppError(
    code,
    code === 'FILE_TOO_LARGE'
      ? `The file is larger than the limit of ${limit}. Send a smaller file, or ask the administrator to raise LAUREL_MAX_UPLOAD_MB.`
      : `The body is larger than the limit of ${limit}. Send less at once.`,
    { details: { limitBytes } },
  );
}
