import { AppError } from '@laurel/contracts';
import type { Ctx } from './context.ts';

/** Bodies that are held in memory: enough for 10,000 wide rows. */
export const maxBodyBytes = 64 * 1024 * 1024;

/** Media type without parameters, lower case. */
export function mediaType(c: Ctx): string {
  return (c.req.header('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** Throws CONTENT_TYPE_UNSUPPORTED unless the media type is one of `allowed`; compressed bodies are not taken. */
export function requireMediaType(c: Ctx, allowed: readonly string[]): string {
  const type = mediaType(c);
  if (!allowed.includes(type)) {
    const what = type === '' ? 'a body without a content type' : type.slice(0, 100);
    throw new AppError(
      'CONTENT_TYPE_UNSUPPORTED',
      `This address takes ${allowed.join(' or ')}, not ${what}. Set the header content-type.`,
    );
  }
  const encoding = c.req.header('content-encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new AppError('CONTENT_TYPE_UNSUPPORTED', 'Bodies are taken uncompressed. Send it without content-encoding.');
  }
  return type;
}

/** The body in chunks; throws BODY_TOO_LARGE as soon as more than `limit` bytes came or were announced. */
export async function* bodyChunks(c: Ctx, limit: number): AsyncGenerator<Uint8Array> {
  const announced = Number(c.req.header('content-length') ?? 0);
  if (announced > limit) throw tooLarge(limit);
  const stream = c.req.raw.body;
  if (stream === null) return;
  let bytes = 0;
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > limit) throw tooLarge(limit);
    yield chunk;
  }
}

/** The whole body. */
export async function readBody(c: Ctx, limit: number = maxBodyBytes): Promise<Uint8Array> {
  const announced = Number(c.req.header('content-length') ?? Number.NaN);
  if (announced <= limit) return new Uint8Array(await c.req.arrayBuffer());
  const chunks: Uint8Array[] = [];
  for await (const chunk of bodyChunks(c, limit)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The body as JSON. Throws JSON_INVALID for what is not JSON in UTF-8. */
export async function readJson(c: Ctx, limit: number = maxBodyBytes): Promise<unknown> {
  const bytes = await readBody(c, limit);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError('JSON_INVALID', 'The body is not valid JSON in UTF-8. Check quotes, commas and brackets.', {
      cause,
    });
  }
}

function tooLarge(limit: number): AppError {
  const megabytes = Math.floor(limit / 1024 / 1024);
  return new AppError(
    'BODY_TOO_LARGE',
    `The body is larger than ${megabytes} MB, which is the limit here. Send it in parts.`,
    {
      details: { limitBytes: limit },
    },
  );
}
