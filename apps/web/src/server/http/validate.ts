import type { z } from '@hono/zod-openapi';
import { AppError, type IdKind, isId } from '@laurel/contracts';
import type { ParamKind } from './define-route.ts';

const nouns: Record<IdKind, string> = {
  project: 'project',
  dataset: 'dataset',
  experiment: 'experiment',
  trial: 'trial',
  model: 'model',
  promotionRequest: 'promotion request',
  deployment: 'deployment',
  apiKey: 'API key',
  user: 'user',
  job: 'job',
  attempt: 'attempt',
  request: 'request',
  outbox: 'message',
};

/** The answer for an id that does not exist, or whose thing the actor may not see: word for word the same. */
export function notFound(kind: IdKind): AppError {
  return new AppError('NOT_FOUND', `There is no such ${nouns[kind]}, or you have no access to it. Check the id.`);
}

/** Path parameters: an id of another form cannot exist, so it is answered as an unknown one. */
export function checkParams(
  kinds: Readonly<Record<string, ParamKind>>,
  values: Record<string, string>,
): Record<string, string> {
  for (const [name, kind] of Object.entries(kinds)) {
    const value = values[name] ?? '';
    if (kind === 'text') {
      if (value.includes('\0') || !value.isWellFormed()) {
        throw new AppError('NOT_FOUND', 'There is nothing of that name. Check its spelling.');
      }
    } else if (!isId(kind, value)) throw notFound(kind);
  }
  return values;
}

/** Ids that stand in the query or the body, checked for their form (see checkParams). */
export function checkRefs(refs: Readonly<Record<string, IdKind>>, query: unknown, body: unknown): void {
  for (const [place, kind] of Object.entries(refs)) {
    const [where, field] = place.split('.') as ['query' | 'body', string];
    const value = ((where === 'query' ? query : body) as Record<string, unknown> | undefined)?.[field];
    const ids = Array.isArray(value) ? value : value === undefined ? [] : [value];
    for (const id of ids) if (typeof id !== 'string' || !isId(kind, id)) throw notFound(kind);
  }
}

/** Query parameters: none twice, none unknown; every fault is 400. */
export function checkQuery(schema: z.ZodObject | null, search: URLSearchParams): unknown {
  const values: Record<string, string> = Object.create(null);
  for (const [name, value] of search) {
    if (name in values) {
      throw new AppError('PARAMETER_INVALID', `The parameter ${quote(name)} is given more than once. Give it once.`);
    }
    if (value.includes('\0') || !value.isWellFormed()) {
      throw new AppError('PARAMETER_INVALID', `The parameter ${quote(name)} holds characters that cannot be used.`);
    }
    values[name] = value;
  }
  if (!schema) {
    const name = Object.keys(values)[0];
    if (name !== undefined) throw unknownField(name, [], 'query');
    return {};
  }
  const parsed = schema.safeParse({ ...values });
  if (parsed.success) return parsed.data;
  throw fromIssues(parsed.error.issues, values, 'query');
}

/** A JSON body: unknown fields and wrong types are 400, a value that is out of bounds is 422. */
export function checkBody(schema: z.ZodType, value: unknown): unknown {
  const polluting = findKey(value, '__proto__');
  if (polluting) throw unknownField('__proto__', polluting, 'body');
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw fromIssues(parsed.error.issues, value, 'body');
}

/** `__proto__` as an own key is dropped by object schemas instead of refused, so it is looked for here. */
function findKey(value: unknown, key: string, path: PropertyKey[] = []): PropertyKey[] | null {
  if (value === null || typeof value !== 'object') return null;
  if (!Array.isArray(value) && Object.hasOwn(value, key)) return path;
  for (const [name, item] of Object.entries(value)) {
    const found = findKey(item, key, [...path, name]);
    if (found) return found;
  }
  return null;
}

type Issue = z.core.$ZodIssue;

function fromIssues(issues: readonly Issue[], value: unknown, where: 'query' | 'body'): AppError {
  const unknownKeys = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknownKeys?.code === 'unrecognized_keys') {
    return unknownField(unknownKeys.keys[0] ?? '', unknownKeys.path, where);
  }
  const issue = issues[0]!;
  const name =
    issue.path.length === 0
      ? 'The body'
      : `${where === 'query' ? 'The parameter' : 'The field'} ${pathText(issue.path)}`;
  const given = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  const outOfBounds = where === 'body' && isOutOfBounds(issue, given);
  const text = given === undefined ? 'is missing' : `cannot be used: ${issue.message}`;
  return new AppError(outOfBounds ? 'VALUE_INVALID' : 'PARAMETER_INVALID', `${name} ${text}.`, {
    details: { path: pathText(issue.path), problem: issue.message },
  });
}

/** A scalar of a plausible type whose value is not allowed, in contrast to a body of another shape. */
function isOutOfBounds(issue: Issue, given: unknown): boolean {
  if (given === undefined) return false;
  if (issue.code === 'invalid_type') return false;
  if (issue.code === 'invalid_union') return given === null || typeof given !== 'object';
  return true;
}

function unknownField(name: string, path: readonly PropertyKey[], where: 'query' | 'body'): AppError {
  const full = pathText([...path, name]);
  const what = where === 'query' ? 'parameter' : 'field';
  return new AppError('UNKNOWN_FIELD', `There is no ${what} ${full}. Leave it out, or check its spelling.`, {
    details: { field: full },
  });
}

function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) text += typeof key === 'number' ? `[${key}]` : `${text === '' ? '' : '.'}${String(key)}`;
  return quote(text);
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 200)).slice(1, -1);
}
