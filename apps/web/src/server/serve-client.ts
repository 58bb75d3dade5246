import type { Actor } from '@laurel/access';
import { AppError } from '@laurel/contracts';

export interface ServeRequest {
  method: 'GET' | 'POST';
  /** below the prediction server's origin, made of our own ids: `/internal/models/mdl_.../evaluation` */
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  json?: unknown;
  /** sent as it is, with its content type; a stream is passed on while it arrives */
  raw?: { body: BodyInit | ReadableStream<Uint8Array>; contentType: string };
  actor: Actor | null;
  requestId: string;
  signal?: AbortSignal;
  /** the whole answer must have begun by then; default 60,000 */
  timeoutMs?: number;
}

/**
 * The prediction server over the loopback. `ask` gives its answer as it came (status, body, `Retry-After`); the
 * caller has authorised before. Throws SERVE_UNAVAILABLE when it cannot be reached.
 */
export interface ServeClient {
  ask(request: ServeRequest): Promise<Response>;
}

export function createServeClient(options: { serveUrl: string; internalToken: string }): ServeClient {
  return {
    async ask(request) {
      const url = new URL(request.path, options.serveUrl);
      for (const [name, value] of Object.entries(request.query ?? {})) {
        if (value !== undefined) url.searchParams.set(name, String(value));
      }
      const headers: Record<string, string> = {
        'x-laurel-internal': options.internalToken,
        'x-request-id': request.requestId,
        ...(request.actor ? { 'x-laurel-actor': request.actor.userId } : {}),
      };
      if (request.json !== undefined) headers['content-type'] = 'application/json';
      if (request.raw) headers['content-type'] = request.raw.contentType;
      const timeout = AbortSignal.timeout(request.timeoutMs ?? 60_000);
      try {
        return await fetch(url, {
          method: request.method,
          headers,
          redirect: 'error',
          signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
          ...(request.json !== undefined ? { body: JSON.stringify(request.json) } : {}),
          ...(request.raw ? { body: request.raw.body as BodyInit, duplex: 'half' } : {}),
        } as RequestInit);
      } catch (cause) {
        throw new AppError(
          'SERVE_UNAVAILABLE',
          'The prediction server does not answer at the moment. It is restarted by itself; try again in a few seconds.',
          { cause },
        );
      }
    },
  };
}

/** An answer of the prediction server as an answer of ours: status, body and the few headers that belong to it. */
export function passOn(answer: Response): Response {
  const headers = new Headers();
  for (const name of ['content-type', 'retry-after', 'content-disposition']) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(answer.body, { status: answer.status, headers });
}

/** The JSON of an answer that is a success; throws the error that it carries otherwise. */
export async function jsonOf(answer: Response): Promise<unknown> {
  const body: unknown = await answer.json().catch((cause: unknown) => {
    throw new AppError('SERVE_UNAVAILABLE', 'The prediction server gave an answer that cannot be read. Try again.', {
      cause,
    });
  });
  if (answer.ok) return body;
  const error = (body as { error?: { code?: string; message?: string; details?: Record<string, unknown> } }).error;
  throw new AppError(
    (error?.code ?? 'INTERNAL') as AppError['code'],
    error?.message ?? 'The prediction server refused without a reason.',
    { details: error?.details ?? {} },
  );
}
