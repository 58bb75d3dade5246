import { AppError } from '@laurel/contracts';

const maxDepth = 32;

/**
 * Parses a JSON body strictly: UTF-8, at most 32 levels deep, no key twice in one object, no NUL and no half
 * surrogate in a text (the database can hold neither). Throws JSON_INVALID.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes);
  checkShape(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const where = cause instanceof Error ? /at position \d+|line \d+ column \d+/.exec(cause.message)?.[0] : undefined;
    throw invalid(`The body is not valid JSON${where ? ` (${where})` : ''}. Correct it and send it again.`, cause);
  }
  if (/\\u(d[89a-f]|0000)/i.test(text)) checkTexts(value);
  return value;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid('The body is not valid UTF-8. Send JSON in UTF-8.', cause);
  }
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('JSON_INVALID', message, cause === undefined ? {} : { cause });
}

/** One pass over the text: depth, and keys that appear twice (JSON.parse would silently take the last). */
function checkShape(text: string): void {
  const stack: (Set<string> | null)[] = [];
  let keyNext = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === 0x22) {
      const end = endOfString(text, i);
      const keys = stack.at(-1);
      if (keyNext && keys) {
        const key = text.slice(i, end + 1);
        const plain = key.includes('\\') ? unescaped(key) : key.slice(1, -1);
        if (keys.has(plain))
          throw invalid(`The key ${JSON.stringify(plain.slice(0, 100))} appears twice in one object.`);
        keys.add(plain);
      }
      keyNext = false;
      i = end;
    } else if (character === 0x7b || character === 0x5b) {
      stack.push(character === 0x7b ? new Set() : null);
      keyNext = character === 0x7b;
      if (stack.length > maxDepth) throw invalid(`The body is nested more than ${maxDepth} levels deep.`);
    } else if (character === 0x7d || character === 0x5d) {
      stack.pop();
      keyNext = false;
    } else if (character === 0x2c) {
      keyNext = stack.at(-1) != null;
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === 0x5c) i++;
    else if (character === 0x22) return i;
  }
  return text.length;
}

function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted; // not valid JSON: JSON.parse of the whole says so right after
  }
}

function checkTexts(value: unknown): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw invalid('A text holds half of a surrogate pair. Send whole characters.');
    if (value.includes('\0')) throw invalid('A text holds a NUL character. Remove it.');
  } else if (Array.isArray(value)) {
    for (const item of value) checkTexts(item);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      checkTexts(key);
      checkTexts(item);
    }
  }
}
