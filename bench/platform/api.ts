import { Agent, request } from 'node:http';

export interface Api {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** the file as the body */
  upload<T>(path: string, body: Buffer, contentType: string): Promise<T>;
}

/**
 * The public API with a token, over one kept connection: `fetch` costs milliseconds of its own on a busy machine,
 * and answers of some milliseconds are measured here. Anything but a 2xx throws, with what the server said.
 */
export function apiOf(port: number, token: string): Api {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = <T>(method: string, path: string, body: Buffer | null, contentType: string | null): Promise<T> =>
    new Promise((resolve, reject) => {
      const call = request(
        {
          agent,
          host: '127.0.0.1',
          port,
          method,
          path: `/api/v1${path}`,
          headers: {
            authorization: `Bearer ${token}`,
            ...(contentType ? { 'content-type': contentType } : {}),
            ...(body ? { 'content-length': body.byteLength } : {}),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const status = response.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve((text ? JSON.parse(text) : null) as T);
            else reject(new Error(`${method} ${path} answered ${status}: ${text.slice(0, 500)}`));
          });
        },
      );
      call.once('error', reject);
      call.end(body ?? undefined);
    });
  return {
    get: (path) => send('GET', path, null, null),
    post: (path, body) => send('POST', path, Buffer.from(JSON.stringify(body)), 'application/json'),
    upload: (path, body, contentType) => send('POST', path, body, contentType),
  };
}
