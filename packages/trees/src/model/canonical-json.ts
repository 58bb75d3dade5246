import { TreesError } from '../errors.ts';

/**
 * JSON with the keys of every object in order, so that equal values give equal text. Throws INVALID_PARAMETER for what
 * JSON cannot hold (numbers that are not finite, instances of classes, functions); properties that are undefined are
 * left out.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (Number.isFinite(value)) return JSON.stringify(value);
      throw unfit(String(value));
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
      return objectJson(value);
    default:
      throw unfit(typeof value);
  }
}

function objectJson(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw unfit(value.constructor.name);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

function unfit(what: string): TreesError {
  return new TreesError(
    'INVALID_PARAMETER',
    `The facts about a model must be plain JSON, but they hold ${what}. Write them as finite numbers, text, lists and objects.`,
  );
}
