import { createHash } from 'node:crypto';
import type { Actor } from '@laurel/access';
import type { Platform } from '../platform.ts';
import type { Reply } from './define-route.ts';

/**
 * Runs `work` once per actor and key; repetitions get the first answer, byte for byte (it is kept as text, because the
 * database orders the keys of JSON its own way). IDEMPOTENCY_MISMATCH when `hash` is another than the first time.
 */
export async function once(
  platform: Platform,
  actor: Actor,
  key: string,
  hash: string,
  work: () => Promise<{ status: number; body: unknown }>,
): Promise<Response> {
  const stored = await platform.db.idempotency.once<string>(actor, key, hash, async () => {
    const { status, body } = await work();
    return { status, body: JSON.stringify(body) };
  });
  return jsonText(stored.status, stored.body);
}

/** What a repeated request must equal: method, address with its parameters, and body. */
export function requestHash(method: string, url: URL, body: Uint8Array | string): string {
  return createHash('sha256').update(`${method} ${url.pathname}${url.search}\n`).update(body).digest('hex');
}

export function jsonResponse(reply: Reply<unknown> & { status: number }): Response {
  if (reply.status === 204) return new Response(null, { status: 204, headers: reply.headers ?? {} });
  return jsonText(reply.status, JSON.stringify(reply.body), reply.headers);
}

function jsonText(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } });
}
