import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thrown } from '../testing/files.ts';
import { CsvTokenizer } from './tokenizer.ts';

function tokenize(csv: string | Uint8Array, options: { chunk?: number; delimiter?: string } = {}): string[][] {
  const rows: string[][] = [];
  const bytes = typeof csv === 'string' ? new TextEncoder().encode(csv) : csv;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const tokenizer = new CsvTokenizer({
    delimiter: options.delimiter ?? ',',
    maxCellBytes: 1000,
    maxColumns: 50,
    onRow: (row) =>
      rows.push(
        Array.from({ length: row.width }, (_, i) => decoder.decode(row.bytes.subarray(row.starts[i]!, row.ends[i]!))),
      ),
  });
  const chunk = options.chunk ?? bytes.byteLength;
  for (let at = 0; at < bytes.byteLength; at += chunk) tokenizer.push(bytes.subarray(at, at + chunk));
  tokenizer.end();
  return rows;
}

const cell = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0')),
  fc.constantFrom('', '"', '""', 'a,b', 'line\nend', 'cr\rlf\r\n', '7', ' x ', '😀é'),
);
const rows = fc
  .integer({ min: 2, max: 4 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }));

describe('the CSV tokenizer', () => {
  it('reads back what a careful writer wrote, whatever the chunks and line ends', () => {
    const ends = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(rows, ends, fc.integer({ min: 1, max: 9 }), fc.boolean(), (table, end, chunk, last) => {
        const line = (row: string[]) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
        const csv = table.map(line).join(end) + (last ? end : '');
        expect(tokenize(csv, { chunk })).toEqual(table);
      }),
      { numRuns: 400 },
    );
  });

  it('never fails in another way than with an AppError, and cuts no difference between chunkings', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', ';')),
        fc.integer({ min: 1, max: 4 }),
        (parts, chunk) => {
          const run = (size?: number) => {
            try {
              return tokenize(parts.join(''), size === undefined ? {} : { chunk: size });
            } catch (error) {
              return (error as { code: string }).code;
            }
          };
          const whole = run();
          expect(typeof whole === 'string' ? ['QUOTE_INVALID', 'QUOTE_UNTERMINATED'] : ['rows']).toContain(
            typeof whole === 'string' ? whole : 'rows',
          );
          expect(run(chunk)).toEqual(whole);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes a quote in the middle of a cell literally, and spaces after a closing one', () => {
    expect(tokenize('x"y"z,"a" ,b')).toEqual([['x"y"z', 'a', 'b']]);
  });

  it('mixes line ends and passes over blank lines', () => {
    expect(tokenize('a,b\r\n1,2\n\n  \n3,4\r5,6')).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ]);
  });

  it('names the line of what is wrong', async () => {
    const cases: [string | Uint8Array, string, number][] = [
      ['a,b\n1,"2\n3,4\n', 'QUOTE_UNTERMINATED', 2],
      ['a,b\n"x\ny",1\n"p"q,2\n', 'QUOTE_INVALID', 4],
      ['a,b\n1,2\n3,\u00004\n', 'INVALID_CHARACTER', 3],
      [Buffer.from('a,b\nx,y\ncaf\xe9,2\n', 'latin1'), 'ENCODING_INVALID', 3],
    ];
    for (const [csv, code, line] of cases) {
      for (const chunk of [1, 3, 100]) {
        const error = await thrown(() => tokenize(csv, { chunk }));
        expect([error.code, error.details.line]).toEqual([code, line]);
        expect(error.message).toContain(`ine ${line}`);
      }
    }
    const latin = await thrown(() => tokenize(Buffer.from('a,b\ncaf\xe9,2\n', 'latin1')));
    expect(latin.message).toContain('encoding=windows-1252');
  });

  it('finds text that is cut inside a character', async () => {
    expect((await thrown(() => tokenize(Buffer.from([97, 44, 98, 10, 0xc3])))).code).toBe('ENCODING_INVALID');
  });

  it('keeps cells and columns within limits', async () => {
    expect((await thrown(() => tokenize(`a,b\n1,${'x'.repeat(1001)}\n`))).code).toBe('CELL_TOO_LARGE');
    expect((await thrown(() => tokenize(`a,b\n1,"${'x'.repeat(3000)}"\n`, { chunk: 500 }))).code).toBe(
      'CELL_TOO_LARGE',
    );
    expect((await thrown(() => tokenize('x,'.repeat(60)))).code).toBe('TOO_MANY_COLUMNS');
    const open = await thrown(() => tokenize(`a,b\n1,"2\n${'3,4\n'.repeat(2000)}`, { chunk: 4096 }));
    expect([open.code, open.details.line]).toEqual(['QUOTE_UNTERMINATED', 2]);
  });

  it('refuses delimiters that cannot separate cells', async () => {
    for (const delimiter of ['"', '\n', 'é']) {
      expect((await thrown(() => tokenize('a', { delimiter }))).code).toBe('PARAMETER_INVALID');
    }
  });
});
