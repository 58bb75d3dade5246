import type { z } from '@hono/zod-openapi';
import type { Action, Actor } from '@laurel/access';
import type { IdKind } from '@laurel/contracts';
import type { Platform } from '../platform.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
/** What a path parameter names: an id of a kind (anything else is an unknown id), or a text of the caller. */
export type ParamKind = IdKind | 'text';

/** An answer in JSON. 204 carries no body. */
export interface Reply<T> {
  status?: number;
  body: T;
  headers?: Record<string, string>;
}

export interface Call<A, P, Q, B> {
  platform: Platform;
  /** null on public routes */
  actor: A;
  /** the session's token when the caller has one; null for API keys */
  sessionToken: string | null;
  requestId: string;
  request: Request;
  url: URL;
  params: P;
  query: Q;
  body: B;
  /** set by routes that record once the real body is known (uploads); others are wrapped by `idempotent` */
  idempotencyKey: string | null;
}

interface Shape<
  Auth extends 'public' | 'actor',
  P extends Record<string, ParamKind>,
  Q extends z.ZodObject,
  B extends z.ZodType,
  R extends z.ZodType,
> {
  method: Method;
  /** OpenAPI form below /api/v1: `/projects/{id}` */
  path: string;
  auth: Auth;
  /** what access must allow; the role needed is in access's matrix, the decision is made by the repository */
  action: Auth extends 'public' ? null : Action | 'own';
  summary: string;
  tag: string;
  params?: P;
  /** strict: an unknown parameter is 400 */
  query?: Q;
  /** a JSON body */
  body?: B;
  /** the body may be left out, which counts as {} */
  bodyOptional?: boolean;
  /** media types of a body that the handler reads itself */
  raw?: readonly string[];
  /** for the document only: what a JSON body of a raw route holds */
  rawSchema?: z.ZodType;
  /** where else an id of another thing can stand: `query.projectId`, `body.datasetId`. For the denial matrix */
  refs?: Readonly<Record<string, IdKind>>;
  /** POST that creates: honours Idempotency-Key. 'self' when the handler does it */
  idempotent?: true | 'self';
  status?: number;
  /** schema of the JSON answer */
  response?: R;
  /** media types of answers that are not JSON */
  produces?: readonly string[];
  handler: (
    call: Call<
      Auth extends 'public' ? null : Actor,
      { [K in keyof P]: string },
      z.output<Q>,
      B extends z.ZodNever ? undefined : z.output<B>
    >,
  ) => Promise<Reply<z.input<R>> | Response>;
}

export interface RouteEntry {
  method: Method;
  path: string;
  auth: 'public' | 'actor';
  action: Action | 'own' | null;
  summary: string;
  tag: string;
  params: Readonly<Record<string, ParamKind>>;
  query: z.ZodObject | null;
  body: z.ZodType | null;
  bodyOptional: boolean;
  raw: readonly string[] | null;
  rawSchema: z.ZodType | null;
  refs: Readonly<Record<string, IdKind>>;
  idempotent: boolean | 'self';
  status: number;
  response: z.ZodType | null;
  produces: readonly string[];
  handler: (call: Call<Actor | null, Record<string, string>, unknown, unknown>) => Promise<Reply<unknown> | Response>;
}

/**
 * Declares one route of the API. Everything that is true of a route (who, what it takes and answers, which ids it
 * names) is said here, so that validation, the OpenAPI document and the denial tests come from one place.
 */
export function defineRoute<
  Auth extends 'public' | 'actor',
  const P extends Record<string, ParamKind> = Record<never, never>,
  Q extends z.ZodObject = z.ZodObject<Record<never, never>>,
  B extends z.ZodType = z.ZodNever,
  R extends z.ZodType = z.ZodNull,
>(shape: Shape<Auth, P, Q, B, R>): RouteEntry {
  return {
    method: shape.method,
    path: shape.path,
    auth: shape.auth,
    action: shape.action,
    summary: shape.summary,
    tag: shape.tag,
    params: shape.params ?? {},
    query: shape.query ?? null,
    body: shape.body ?? null,
    bodyOptional: shape.bodyOptional ?? false,
    raw: shape.raw ?? null,
    rawSchema: shape.rawSchema ?? null,
    refs: shape.refs ?? {},
    idempotent: shape.idempotent ?? false,
    status: shape.status ?? 200,
    response: shape.response ?? null,
    produces: shape.produces ?? [],
    // the runner hands in exactly what the schemas of this very route made
    handler: shape.handler as unknown as RouteEntry['handler'],
  };
}
