import { execFileSync } from 'node:child_process';
import type { ModelInput } from '@laurel/contracts';
import { describe, expect, it } from 'vitest';
import { exampleValues, rowOf } from './rows.ts';
import { snippet } from './snippet.ts';

const inputs: ModelInput[] = [
  { name: 'height', type: 'numeric', example: 1.76 },
  { name: '__proto__', type: 'categorical', levels: ['x'], example: 'x' },
  { name: 'born', type: 'datetime', example: Date.UTC(1990, 4, 8) },
  { name: 'seen', type: 'datetime', example: '2024-01-05T08:30:00.000Z' },
  { name: 'note', type: 'text', example: null },
];

describe('a row to predict', () => {
  it('starts from the examples, with days as days', () => {
    const values = exampleValues(inputs);
    expect(Object.entries(values)).toEqual([
      ['height', '1.76'],
      ['__proto__', 'x'],
      ['born', '1990-05-08'],
      ['seen', '2024-01-05T08:30:00.000Z'],
      ['note', ''],
    ]);
  });
  it('holds every input: numbers as numbers, nothing as missing, and what is no number as it was typed', () => {
    const row = rowOf(inputs, { ...exampleValues(inputs), height: 'tall' });
    expect(Object.keys(row)).toEqual(inputs.map((input) => input.name));
    expect(row.height).toBe('tall');
    expect(row.note).toBeNull();
    expect(rowOf(inputs, { height: '1e3' }).height).toBe(1000);
  });
});

describe('a snippet', () => {
  const row = { name: `O'Neill "the" \\ first`, note: '"""' };
  const body = JSON.stringify({ rows: [row] }, null, 2);
  it('survives the quotes of a shell', () => {
    const command = snippet('curl', 'http://127.0.0.1:1/x', body).replace(/^curl/, 'printf "%s\\n"');
    const printed = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
    expect(printed).toContain(body);
  });
  it('is JavaScript that sends the same body', async () => {
    let sent = '';
    const fetch = async (_url: string, init: { body: string }) => {
      sent = init.body;
      return { json: async () => ({ predictions: [] }) };
    };
    const code = snippet('javascript', 'http://127.0.0.1:1/x', body);
    await new Function('fetch', 'process', 'console', `return (async () => { ${code} })()`)(
      fetch,
      { env: { LAUREL_API_KEY: 'k' } },
      { log: () => undefined },
    );
    expect(JSON.parse(sent)).toEqual({ rows: [row] });
  });
});
