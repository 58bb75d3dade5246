import { AppError } from '@laurel/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';

const parse = (text: string) => parseJson(new TextEncoder().encode(text));
const codeOf = (text: string) => {
  try {
    parse(text);
    return 'accepted';
  } catch (error) {
    return error instanceof AppError ? error.code : 'something else';
  }
};

describe('parseJson', () => {
  it('gives what JSON.parse gives for any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const text = JSON.stringify(value);
        if (text.includes('\\u0000')) return;
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['cut off', '{"a":1'],
    ['a bare NaN', '{"a":NaN}'],
    ['nothing', ''],
    ['a trailing comma', '{"a":1,}'],
    ['one key twice', '{"a":1,"b":{},"a":2}'],
    ['one key twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['one key twice deep inside', '{"rows":[{"x":1},{"x":1,"x":2}]}'],
    ['depth 10,000', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['half a surrogate', '{"a":"\\ud800"}'],
    ['a NUL', '{"a":"x\\u0000"}'],
    ['a NUL in a key', '{"a\\u0000":1}'],
  ])('refuses %s', (_, text) => {
    expect(codeOf(text)).toBe('JSON_INVALID');
  });

  it('takes the same key in different objects, and braces inside texts', () => {
    expect(parse('[{"a":"{\\"a\\":1,"},{"a":2}]')).toEqual([{ a: '{"a":1,' }, { a: 2 }]);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseJson(new Uint8Array([0x22, 0xe9, 0x22]))).toThrow(/UTF-8/);
  });
});
