/** The one way in which the browser talks to the API: same origin, JSON, errors with code and request id. */

const base = '/api/v1';

/** An answer that was not a success. `status` is 0 when nothing answered. */
export class ApiFailure extends Error {
  readonly code: string;
  readonly status: number;
  readonly requestId: string | undefined;
  readonly details: Record<string, unknown>;
  constructor(input: {
    code: string;
    message: string;
    status: number;
    requestId?: string | undefined;
    details?: Record<string, unknown>;
  }) {
    super(input.message);
    this.name = 'ApiFailure';
    this.code = input.code;
    this.status = input.status;
    this.requestId = input.requestId;
    this.details = input.details ?? {};
  }
}

export type Query = Record<string, string | number | boolean | undefined | null>;

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    send<T>('GET', path + queryString(query), undefined, signal),
  post: <T>(path: string, body?: unknown) => send<T>('POST', path, body ?? {}),
  put: <T>(path: string, body: unknown) => send<T>('PUT', path, body),
  patch: <T>(path: string, body: unknown) => send<T>('PATCH', path, body),
  delete: <T = void>(path: string) => send<T>('DELETE', path),
};

/** The full path of an API address, for links and event streams. */
export function apiPath(path: string, query?: Query): string {
  return base + path + queryString(query);
}

export function queryString(query: Query | undefined): string {
  const pairs = Object.entries(query ?? {}).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  if (pairs.length === 0) return '';
  return `?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(base + path, {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw offline();
  }
  // a computation over 10 s: the answer says when to ask again
  if (response.status === 202 && method === 'GET' && response.headers.has('retry-after')) {
    await wait(Number(response.headers.get('retry-after')) * 1000 || 2000, signal);
    return send<T>(method, path, body, signal);
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  if (!response.ok) throw failureOf(response.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Reads an error body; what is not ours (a proxy's page) becomes a plain sentence. */
export function failureOf(status: number, text: string): ApiFailure {
  if (status === 401 && typeof window !== 'undefined' && !window.location.pathname.startsWith('/sign-in')) {
    window.location.assign(`/sign-in?next=${encodeURIComponent(window.location.pathname + window.location.search)}`);
  }
  try {
    const { error } = JSON.parse(text) as {
      error: { code: string; message: string; requestId: string; details?: Record<string, unknown> };
    };
    return new ApiFailure({ ...error, status });
  } catch {
    return new ApiFailure({
      code: 'INTERNAL',
      status,
      message: `The server answered with status ${status} and no explanation. Try again in a moment.`,
    });
  }
}

export function offline(): ApiFailure {
  return new ApiFailure({
    code: 'OFFLINE',
    status: 0,
    message: 'The server did not answer. Check that Laurel is running and that you are connected, then try again.',
  });
}

/** Any thrown thing as what ErrorState shows. */
export function asFailure(error: unknown): {
  message: string;
  code?: string | undefined;
  requestId?: string | undefined;
  status?: number | undefined;
} {
  if (error instanceof ApiFailure) return error;
  return { message: error instanceof Error ? error.message : String(error) };
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
