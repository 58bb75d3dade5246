import { gzipSync } from 'node:zlib';
import type { ErrorCode, ParseOptions } from '@laurel/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { cellAt, findColumn, type Table } from '../table.ts';
import { testFolder, thrown } from '../testing/files.ts';
import { bookParts, sheetDataOf, zipOf } from '../testing/workbook.ts';
import { profileDatasetFile } from './profile-file.ts';
import { type ReadFileInput, readFile } from './read-file.ts';

const folder = testFolder();
afterAll(() => folder.clean());

const csvType = 'text/csv';
const read = (content: string | Uint8Array, parse: ParseOptions = {}, more: Partial<ReadFileInput> = {}) =>
  readFile({ path: folder.write(content), contentType: csvType, fileName: 'data.csv', parse, ...more });
const cells = (table: Table, name: string) => {
  const column = findColumn(table, name)!;
  return Array.from({ length: table.rows }, (_, row) => cellAt(column, row));
};
const xlsx = zipOf(
  bookParts(
    sheetDataOf([
      ['a', 'b'],
      [1, 2],
    ]),
  ),
);

/** content, code, and what the message must say */
const refused: [name: string, content: string | Uint8Array, code: ErrorCode, says: RegExp][] = [
  ['no bytes at all', '', 'EMPTY_FILE', /header line/],
  ['only line ends', '\n\r\n\n', 'EMPTY_FILE', /header line/],
  ['only a byte order mark', '\ufeff', 'EMPTY_FILE', /header line/],
  ['a header only', 'a,b,c\n', 'NO_ROWS', /at least one row/],
  ['one column', 'a\n1\n2\n', 'TOO_FEW_COLUMNS', /delimiter=/],
  ['a short row', 'a,b,c\n1,2,3\n1,2\n', 'ROW_WIDTH_MISMATCH', /^Row 3 has 2 values where the header has 3\.$/],
  ['a long row', 'a,b\n1,2\n1,2,3\n', 'ROW_WIDTH_MISMATCH', /^Row 3 has 3 values where the header has 2\.$/],
  ['an open quote', 'a,b\n1,2\n3,"x\n4,5\n', 'QUOTE_UNTERMINATED', /line 3/],
  ['text after a closing quote', 'a,b\n"x"y,2\n', 'QUOTE_INVALID', /line 2/],
  ['a name twice', 'a,a\n1,2\n', 'DUPLICATE_COLUMN', /"a" twice \(columns 1 and 2\)/],
  ['names that differ by case and space', 'Full Name,fullname\n1,2\n', 'DUPLICATE_COLUMN', /case or spaces/],
  ['a PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0), 'NOT_TABULAR', /PNG/],
  ['a PDF', '%PDF-1.7\n%âã\n', 'NOT_TABULAR', /PDF/],
  ['HTML', '<!DOCTYPE html>\n<html><body>,</body></html>', 'NOT_TABULAR', /HTML/],
  ['JSON', '[{"a": 1, "b": 2}]', 'NOT_TABULAR', /x-ndjson/],
  ['NDJSON', '{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n', 'NOT_TABULAR', /x-ndjson/],
  ['gzip', gzipSync('a,b\n1,2\n'), 'CONTENT_MISMATCH', /\.csv\.gz|unpack/],
  ['an Excel file', xlsx, 'CONTENT_MISMATCH', /Excel/],
  ['a Parquet file', 'PAR1................PAR1', 'CONTENT_MISMATCH', /Parquet/],
  ['a NUL byte', 'a,b\n1,2\n3,x\u0000y\n', 'INVALID_CHARACTER', /Line 3/],
  [
    'Latin-1',
    Buffer.from('a,b\n1,2\ncaf\xe9,3\n', 'latin1'),
    'ENCODING_INVALID',
    /Line 3 .*0xE9.*encoding=windows-1252/,
  ],
  ['UTF-32', Uint8Array.of(0xff, 0xfe, 0, 0, 97, 0, 0, 0), 'ENCODING_UNSUPPORTED', /UTF-8/],
  [
    'half a character of UTF-16',
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a,b\n1,\ud800,', 'utf16le')]),
    'ENCODING_INVALID',
    /UTF-16LE/,
  ],
  ['a cell of 3 MB', `a,b\n1,${'x'.repeat(3_000_000)}\n`, 'CELL_TOO_LARGE', /row 2, column 2/],
  ['20,000 columns', `${Array.from({ length: 20_000 }, (_, i) => `c${i}`).join(',')}\n`, 'TOO_MANY_COLUMNS', /5,000/],
  ['a name of 600 characters', `a,${'n'.repeat(600)}\n1,2\n`, 'CELL_TOO_LARGE', /name of column 2/],
];

describe('a CSV that cannot be used', () => {
  for (const [name, content, code, says] of refused) {
    it(`${name}: ${code}`, async () => {
      const error = await thrown(() => read(content));
      expect(error.code).toBe(code);
      expect(error.status).toBe(422);
      expect(error.message).toMatch(says);
      expect(error.message).not.toContain(folder.path);
    });
  }

  it('more rows or cells than allowed', async () => {
    const csv = `a,b\n${'1,2\n'.repeat(20)}`;
    expect((await thrown(() => read(csv, {}, { limits: { maxRows: 10 } }))).code).toBe('TOO_MANY_ROWS');
    expect((await thrown(() => read(csv, {}, { limits: { maxCells: 30 } }))).code).toBe('TABLE_TOO_LARGE');
  });

  it('leaves no table file behind', async () => {
    const sourcePath = folder.write('a,b\n1,2\n3\n');
    const before = folder.names();
    const outTablePath = `${folder.path}/out.table`;
    expect((await thrown(() => profileDatasetFile({ sourcePath, outTablePath }))).code).toBe('ROW_WIDTH_MISMATCH');
    expect(folder.names()).toEqual(before);
  });
});

describe('a CSV that looks odd but is a table', () => {
  it('byte order marks and UTF-16, with and without a mark', async () => {
    const text = 'näme,b\nZoë,1\n';
    const files = [
      Buffer.from(`\ufeff${text}`),
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
      Buffer.from('name,b\nZoe,1\n', 'utf16le'),
    ];
    for (const file of files) {
      const { table } = await read(file);
      expect(table.columns[0]!.name).toMatch(/^n(ä|a)me$/);
      expect(cells(table, table.columns[0]!.name)[0]).toMatch(/^Zo(ë|e)$/);
    }
  });

  it('windows-1252 when asked for', async () => {
    const { table, parse } = await read(Buffer.from('a,b\ncaf\xe9,\x805\n', 'latin1'), { encoding: 'windows-1252' });
    expect([cells(table, 'a'), cells(table, 'b'), parse.encoding]).toEqual([['café'], ['€5'], 'windows-1252']);
  });

  it('CR only and mixed line ends, no line end at the end', async () => {
    expect(cells((await read('a,b\r1,2\r3,4')).table, 'b')).toEqual([2, 4]);
    expect(cells((await read('a,b\r\n1,2\n3,4\r5,6')).table, 'b')).toEqual([2, 4, 6]);
  });

  it('delimiters and decimal marks are sniffed, or as given', async () => {
    const german = await read('name;preis\nA;3,5\nB;12,25\n');
    expect([german.parse, cells(german.table, 'preis')]).toMatchObject([
      { delimiter: ';', decimal: ',' },
      [3.5, 12.25],
    ]);
    expect(german.columns[1]!.notes[0]!.code).toBe('LOCALE_NUMBERS');
    expect((await read('a\tb\n1\t2\n')).parse.delimiter).toBe('\t');
    expect((await read('a|b|c\n1|x, y|2\n3|z|4\n')).parse.delimiter).toBe('|');
    expect(cells((await read('a,b;c\n1,2;3\n', { delimiter: ';' })).table, 'c')).toEqual([3]);
  });

  it('without a header: said, or seen from numbers', async () => {
    const given = await read('x,y\n1,2\n', { header: false });
    expect([given.table.rows, given.table.columns[0]!.name]).toEqual([2, 'column_1']);
    const seen = await read('5.1,3.5\n4.9,3.0\n');
    expect([seen.table.rows, seen.warnings[0]!.code]).toEqual([2, 'HEADER_MISSING']);
    expect((await read('5.1,Iris\n4.9,Iris2\n')).warnings[0]!.code).toBe('HEADER_SUSPECT');
    expect((await thrown(() => read('1,1,x\n2,3,y\n'))).message).toContain('header=false');
    const error = await thrown(() => read('1.5,2\n3\n'));
    expect(error.message).toBe('Row 2 has 1 value where the first row has 2.');
  });

  it('an empty name gets one, with a warning', async () => {
    const { table, warnings } = await read(',a,\n1,2,3\n');
    expect(table.columns.map((column) => column.name)).toEqual(['column_1', 'a', 'column_3']);
    expect(warnings.map((one) => one.code)).toEqual(['EMPTY_COLUMN_NAME', 'EMPTY_COLUMN_NAME']);
  });

  it('names that are dangerous elsewhere are names', async () => {
    const names = [
      '__proto__',
      'constructor',
      'toString',
      'a";DROP TABLE t;--',
      '<img src=x onerror=alert(1)>',
      '\u202eabc',
    ];
    const quoted = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
    const { table } = await read(`${quoted}\n1,2,3,4,5,6\n`);
    expect(table.columns.map((column) => column.name)).toEqual(names);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('cells keep their value', async () => {
    const values = ['=HYPERLINK("x")', '@SUM(1)', '-cmd', '\tx', 'x\r\ny', 'say "hi"', ' padded '];
    const quoted = values.map((value) => `"${value.replaceAll('"', '""')}",1`).join('\n');
    expect(cells((await read(`a,b\n${quoted}\n`)).table, 'a')).toEqual(values);
    expect(cells((await read('a,b\n00123,9007199254740993\n00456,1\n')).table, 'a')).toEqual(['00123', '00456']);
    expect(cells((await read('a,b\n1,9007199254740993\n2,12345678901234567890123456\n')).table, 'b')).toEqual([
      '9007199254740993',
      '12345678901234567890123456',
    ]);
  });

  it('a word in row 30,001 of a column of numbers loses no row', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `${i % 500}.50,${i}`);
    const { table, columns } = await read(`a,b\n${lines.join('\n')}\noops,1\n`);
    expect(table.rows).toBe(30_001);
    expect(columns[0]!.notes).toEqual([
      { code: 'MIXED_TYPES', numbers: 30_000, others: 1, example: 'oops', row: 30_001 },
    ]);
    expect([cells(table, 'a')[3], cells(table, 'a')[30_000], cells(table, 'b')[29_999]]).toEqual([
      '3.50',
      'oops',
      29_999,
    ]);
  });

  it('words for missing as given', async () => {
    expect(cells((await read('a,b\n-,1\nNA,2\n', { nulls: ['-'] })).table, 'a')).toEqual([null, 'NA']);
  });

  it('rows larger than one chunk of reading', async () => {
    const long = 'é'.repeat(400_000);
    const { table } = await read(`a,b\n${`"${long}",x\n`.repeat(5)}`);
    expect([table.rows, cells(table, 'a')[4]]).toEqual([5, long]);
  });
});
