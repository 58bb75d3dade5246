import type { ExperimentView, TrialView } from '@laurel/contracts';
import { type Platform, waitFor } from './platform.ts';

export interface Answer<T> {
  status: number;
  body: T;
  headers: Headers;
}

export interface Api {
  get<T = unknown>(path: string): Promise<Answer<T>>;
  post<T = unknown>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer<T>>;
  send<T = unknown>(
    method: string,
    path: string,
    body: BodyInit | null,
    headers: Record<string, string>,
  ): Promise<Answer<T>>;
}

/** The public API with a bearer token: an API key, or a session's token. */
export function apiOf(baseUrl: string, token: string): Api {
  const send: Api['send'] = async <T>(
    method: string,
    path: string,
    body: BodyInit | null,
    headers: Record<string, string>,
  ) => {
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      body,
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, body: (json ? JSON.parse(text) : text) as T, headers: response.headers };
  };
  return {
    get: (path) => send('GET', path, null, {}),
    post: (path, body = {}, headers = {}) =>
      send('POST', path, JSON.stringify(body), { 'content-type': 'application/json', ...headers }),
    send,
  };
}

/** `localhost` may resolve to ::1 first, and the product listens on 127.0.0.1 alone. */
export function webUrl(platform: Platform): string {
  return platform.credentials.url.replace('localhost', '127.0.0.1');
}

export function adminApi(platform: Platform): Api {
  return apiOf(webUrl(platform), platform.credentials.apiKey);
}

/** Signs in and answers the API as that person. */
export async function signIn(platform: Platform, email: string, password: string): Promise<Api> {
  const { status, body } = await apiOf(webUrl(platform), '').post<{ token: string }>('/sessions', { email, password });
  if (status !== 201) throw new Error(`sign-in answered ${status}: ${JSON.stringify(body)}`);
  return apiOf(webUrl(platform), body.token);
}

/** Waits through restarts: a refused connection or a 5xx is asked again. */
export async function untilEnded(api: Api, experimentId: string, limitMs: number): Promise<ExperimentView> {
  let last: ExperimentView | null = null;
  await waitFor(
    async () => {
      try {
        const answer = await api.get<ExperimentView>(`/experiments/${experimentId}`);
        if (answer.status === 200) last = answer.body;
      } catch {
        return false; // the web process is being restarted
      }
      return last !== null && ['completed', 'failed', 'cancelled'].includes(last.status);
    },
    limitMs,
    () => `the experiment did not end: ${JSON.stringify(last?.progress)} ${last?.status}`,
  );
  return last as unknown as ExperimentView;
}

export async function trialsOf(api: Api, experimentId: string): Promise<TrialView[]> {
  return (await api.get<{ items: TrialView[] }>(`/experiments/${experimentId}/trials`)).body.items;
}

/** Uploads a CSV and waits for its profile. */
export async function uploadCsv(
  api: Api,
  name: string,
  csv: string | Uint8Array<ArrayBuffer>,
  projectId?: string,
): Promise<{ id: string; projectId: string; sha256: string }> {
  const query = new URLSearchParams({ name, ...(projectId ? { projectId } : {}) });
  const answer = await api.send<{ id: string; projectId: string; sha256: string }>('POST', `/datasets?${query}`, csv, {
    'content-type': 'text/csv',
  });
  if (answer.status !== 202) throw new Error(`upload answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  let status = 'profiling';
  let said: unknown = null;
  await waitFor(
    async () => {
      const view = (await api.get<{ status: string; error: unknown }>(`/datasets/${answer.body.id}`)).body;
      status = view.status;
      said = view.error;
      return status !== 'profiling';
    },
    90_000,
    () => 'the dataset is still profiling',
  );
  if (status !== 'ready') throw new Error(`the dataset is ${status}: ${JSON.stringify(said)}`);
  return answer.body;
}
