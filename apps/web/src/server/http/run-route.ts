import { type Actor, can } from '@laurel/access';
import { AppError, toErrorBody } from '@laurel/contracts';
import { log } from '../log.ts';
import type { Platform } from '../platform.ts';
import { authenticate, type Credentials, checkCsrf } from './authenticate.ts';
import { readBody, requireMediaType } from './body.ts';
import type { Call, RouteEntry } from './define-route.ts';
import { apiSecurityHeaders } from './headers.ts';
import { parseJson } from './json.ts';
import { jsonResponse, once, requestHash } from './respond.ts';
import { checkBody, checkParams, checkQuery, checkRefs } from './validate.ts';

interface Incoming {
  platform: Platform;
  request: Request;
  requestId: string;
  params: Record<string, string>;
  /** throw when an answer is not what the route's schema says */
  checkAnswers: boolean;
}

/** Answers one request to one route; every fault becomes the error envelope. */
export async function runRoute(route: RouteEntry, incoming: Incoming): Promise<Response> {
  let actor: Actor | null = null;
  try {
    let credentials: Credentials | null = null;
    if (route.auth === 'actor') {
      ({ actor, credentials } = await authenticate(incoming.platform, incoming.request, incoming.requestId));
    }
    checkCsrf(incoming.platform, incoming.request, credentials);
    if (actor) checkScope(actor, route);
    return await answer(route, incoming, actor, credentials);
  } catch (error) {
    if (actor) await recordRefusal(incoming, route, actor, error);
    return errorResponse(error, incoming.requestId, `${route.method.toUpperCase()} ${route.path}`);
  }
}

async function answer(
  route: RouteEntry,
  incoming: Incoming,
  actor: Actor | null,
  credentials: Credentials | null,
): Promise<Response> {
  const { platform, request, requestId } = incoming;
  const url = new URL(request.url);
  const params = checkParams(route.params, incoming.params);
  const query = checkQuery(route.query, url.searchParams);
  const { bytes, value: body } = await bodyOf(route, request);
  checkRefs(route.refs, query, body);
  const idempotencyKey = idempotencyKeyOf(request, route);
  const sessionToken = credentials && credentials.kind !== 'key' ? credentials.token : null;
  const call: Call<Actor | null, Record<string, string>, unknown, unknown> = {
    platform,
    actor,
    sessionToken,
    requestId,
    request,
    url,
    params,
    query,
    body,
    idempotencyKey,
  };
  if (route.idempotent === true && idempotencyKey !== null && actor) {
    const hash = requestHash(request.method, url, bytes);
    return once(platform, actor, idempotencyKey, hash, async () => {
      const reply = await route.handler(call);
      if (reply instanceof Response) throw new Error(`${route.path} cannot repeat an answer that is not plain JSON`);
      return { status: reply.status ?? route.status, body: reply.body };
    });
  }
  const reply = await route.handler(call);
  if (reply instanceof Response) return reply;
  if (incoming.checkAnswers) route.response?.parse(reply.body);
  return jsonResponse({ ...reply, status: reply.status ?? route.status });
}

/** A key limited to some actions is refused before anything is read; roles are the repositories' business. */
function checkScope(actor: Actor, route: RouteEntry): void {
  if (actor.scopes === null || route.action === null) return;
  const withinScope =
    route.action !== 'own' && can({ ...actor, installationRole: 'admin', mayApprove: true }, null, route.action);
  if (!withinScope) {
    throw new AppError('FORBIDDEN', 'This API key may not do this: it is limited to other actions. Use another key.');
  }
}

async function bodyOf(route: RouteEntry, request: Request): Promise<{ bytes: Uint8Array; value: unknown }> {
  const none = { bytes: new Uint8Array(), value: undefined };
  if (route.raw) {
    requireMediaType(request, route.raw);
    return none;
  }
  if (!route.body) {
    // answers by DELETE and plain POST take no body; one that is there must not be waited for
    const bytes = await readBody(request, 64 * 1024);
    if (bytes.length > 0)
      throw new AppError('UNKNOWN_FIELD', 'This address takes no body. Send the request without one.');
    return none;
  }
  if (route.bodyOptional && hasNoBody(request)) return { bytes: none.bytes, value: checkBody(route.body, {}) };
  requireMediaType(request, ['application/json']);
  const bytes = await readBody(request);
  return { bytes, value: checkBody(route.body, parseJson(bytes)) };
}

/** Next hands on a stream even where nothing was sent, so the headers decide. */
function hasNoBody(request: Request): boolean {
  const { headers } = request;
  if (request.body === null || headers.get('content-length') === '0') return true;
  return !headers.has('content-type') && !headers.has('content-length') && !headers.has('transfer-encoding');
}

function idempotencyKeyOf(request: Request, route: RouteEntry): string | null {
  const key = request.headers.get('idempotency-key');
  if (key === null || route.idempotent === false) return null;
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new AppError('PARAMETER_INVALID', 'The header idempotency-key must be 1 to 200 visible ASCII characters.');
  }
  return key;
}

/** Failed authorisation is on record; a refusal that could not be recorded is at least in the log. */
async function recordRefusal(incoming: Incoming, route: RouteEntry, actor: Actor, error: unknown): Promise<void> {
  if (!(error instanceof AppError) || error.code !== 'FORBIDDEN') return;
  const id = Object.values(incoming.params).find((value) => /^[a-z]+_[0-9a-z]{22}$/.test(value)) ?? route.tag;
  try {
    await incoming.platform.db.audit.record(actor, {
      action: 'access.denied',
      entity: { kind: 'route', id },
      after: { method: route.method.toUpperCase(), path: route.path },
    });
  } catch (failure) {
    log('error', 'a refusal could not be written to the audit log', { requestId: incoming.requestId, failure });
  }
}

/** The error envelope. What is not an AppError is logged with its stack and answered without any of its text. */
export function errorResponse(error: unknown, requestId: string, where: string): Response {
  const { status, body } = toErrorBody(error, requestId);
  if (error instanceof AppError && error.code !== 'INTERNAL') {
    if (status >= 500)
      log('warn', 'a request could not be served', { requestId, where, code: error.code, cause: String(error.cause) });
  } else log('error', 'a request failed', { requestId, where, failure: error });
  const headers: Record<string, string> = {};
  const retryAfter = body.error.details.retryAfterSeconds;
  if (typeof retryAfter === 'number') headers['retry-after'] = String(Math.max(1, Math.ceil(retryAfter)));
  else if (status === 503 || body.error.code === 'DATASET_NOT_READY') headers['retry-after'] = '2';
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="laurel"';
  return jsonResponse({ status, body, headers });
}

/** Adds the headers that every answer carries; a page of ours (the documentation) keeps its own policy. */
export function finish(response: Response, requestId: string, secure: boolean): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(apiSecurityHeaders(secure))) {
    if (!headers.has(name)) headers.set(name, value);
  }
  headers.set('x-request-id', requestId);
  return new Response(response.body, { status: response.status, headers });
}
