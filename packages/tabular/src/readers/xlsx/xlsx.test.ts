import { afterAll, describe, expect, it } from 'vitest';
import { cellAt, findColumn, type Table } from '../../table.ts';
import { testFolder, thrown } from '../../testing/files.ts';
import { type BookOptions, bookParts, sheetDataOf, type ZipPart, zipOf } from '../../testing/workbook.ts';
import { readFile } from '../read-file.ts';
import { serialToMs } from './sheet.ts';
import { showsDay } from './workbook.ts';

const folder = testFolder();
afterAll(() => folder.clean());

const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const readBytes = (bytes: Uint8Array | string) => readFile({ path: folder.write(bytes, 'x.xlsx'), contentType: type });
const readParts = (parts: ZipPart[]) => readBytes(zipOf(parts));
const readSheet = (sheetData: string, options: BookOptions = {}) => readParts(bookParts(sheetData, options));
const cells = (table: Table, name: string) => {
  const column = findColumn(table, name)!;
  return Array.from({ length: table.rows }, (_, row) => cellAt(column, row));
};
const plain = sheetDataOf([
  ['a', 'b'],
  [1, 2],
]);

describe('Excel', () => {
  it('reads texts, numbers, booleans, dates by style, formulas and errors', async () => {
    const sharedStrings =
      '<sst><si><t>name</t></si><si><t>when</t></si><si><r><t>Ann </t></r><r><t>&amp; Bo&#233;</t></r><rPh><t>x</t></rPh></si><si><t xml:space="preserve"> </t></si></sst>';
    const styles =
      '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-409]d/m/yy"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>';
    const data = `<row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c r="D2" t="inlineStr"><is><t>ok</t></is></c><c r="E2" t="str"><f>A1</f><v>score</v></c></row>
      <row r="3"/>
      <row r="4"><c r="B4" t="s"><v>2</v></c><c r="C4" s="1"><v>45322</v></c><c r="D4" t="b"><v>1</v></c><c r="E4" t="e"><v>#DIV/0!</v></c></row>
      <row r="6"><c r="B6" t="s"><v>3</v></c><c r="C6" s="2"><v>1.5</v></c><c r="D6" t="b"><v>0</v></c><c r="E6"><v>1.25</v></c></row>`;
    const { table, columns, warnings, parse } = await readSheet(data, { sharedStrings, styles });
    expect(table.columns.map((column) => column.name)).toEqual(['name', 'when', 'ok', 'score']);
    expect(cells(table, 'name')).toEqual(['Ann & Boé', null]);
    expect(cells(table, 'when')).toEqual(['2024-01-31T00:00:00.000Z', '1900-01-01T12:00:00.000Z']);
    expect([cells(table, 'ok'), cells(table, 'score')]).toEqual([
      ['true', 'false'],
      [null, 1.25],
    ]);
    expect(columns.map((column) => column.type)).toEqual(['categorical', 'datetime', 'boolean', 'numeric']);
    expect([parse.format, warnings.map((one) => one.code)]).toEqual(['xlsx', ['ERROR_CELLS']]);
  });

  it('counts days as Excel does', () => {
    const day = (serial: number, uses1904 = false) => new Date(serialToMs(serial, uses1904)).toISOString().slice(0, 10);
    expect([day(1), day(59), day(60), day(61), day(45322)]).toEqual([
      '1900-01-01',
      '1900-02-28',
      '1900-02-28',
      '1900-03-01',
      '2024-01-31',
    ]);
    expect([day(0, true), day(43860, true)]).toEqual(['1904-01-01', '2024-01-31']);
    expect(['yyyy-mm-dd', 'd "of" mmm', '[$-F800]dddd'].map(showsDay)).toEqual([true, true, true]);
    expect(['0.00', 'General', '"day" 0', 'h:mm', '[Red]0', '#,##0 "d"'].map(showsDay)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('the 1904 system of a workbook', async () => {
    const styles = '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>';
    const { table } = await readSheet(plain, { styles, date1904: true });
    expect(cells(table, 'a')).toEqual(['1904-01-02T00:00:00.000Z']);
  });

  it('the first sheet is stated, macros are ignored and said', async () => {
    const { warnings } = await readSheet(plain, {
      sheets: ['Data', 'Notes'],
      extra: [{ name: 'xl/vbaProject.bin', content: 'x' }],
    });
    expect(warnings.map((one) => one.code)).toEqual(['FIRST_SHEET', 'MACROS_IGNORED']);
    expect(warnings[0]!.message).toContain('"Data"');
  });

  it('a lie about its size costs nothing, an empty or ragged sheet is refused', async () => {
    expect((await readSheet(plain)).table.rows).toBe(1);
    expect((await thrown(() => readSheet(''))).code).toBe('EMPTY_FILE');
    expect((await thrown(() => readSheet(sheetDataOf([['a', 'b']])))).code).toBe('NO_ROWS');
    const title = await thrown(() => readSheet(sheetDataOf([['Report'], ['a', 'b'], [1, 2]])));
    expect([title.code, title.message]).toEqual([
      'ROW_WIDTH_MISMATCH',
      expect.stringContaining('Row 2 has a value in column B'),
    ]);
    expect(
      (
        await thrown(() =>
          readSheet(
            sheetDataOf([
              ['a', 'A'],
              [1, 2],
            ]),
          ),
        )
      ).code,
    ).toBe('DUPLICATE_COLUMN');
  });

  it('entities and document types of its own are refused, and nothing is fetched', async () => {
    const bombs = [
      '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><sst><si><t>&lol2;</t></si></sst>',
      '<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:1/x">]><sst><si><t>&x;</t></si></sst>',
      '<sst><si><t>&undefined;</t></si></sst>',
      '<sst><si><t>cut',
    ];
    for (const sharedStrings of bombs) {
      expect((await thrown(() => readSheet(plain, { sharedStrings }))).code).toBe('EXCEL_INVALID');
    }
    const pointer = '<row r="1"><c t="s"><v>9</v></c><c t="s"><v>9</v></c></row>';
    expect((await thrown(() => readSheet(pointer))).code).toBe('EXCEL_INVALID');
  });

  it('bombs are refused by what they claim and by what they are', async () => {
    const parts = bookParts(plain);
    const claimed = parts.map((part) =>
      part.name.includes('sheet1') ? { ...part, declaredBytes: 3_000_000_000 } : part,
    );
    expect((await thrown(() => readParts(claimed))).code).toBe('DECOMPRESSED_TOO_LARGE');
    const content = Buffer.alloc(60_000_000, ' ');
    const lying = parts.map((part) =>
      part.name.includes('sheet1') ? { ...part, content, declaredBytes: 1000 } : part,
    );
    expect((await thrown(() => readParts(lying))).code).toBe('DECOMPRESSED_TOO_LARGE');
  });

  it('archives that only an attack has are refused, and nothing is written', async () => {
    const before = folder.names().length;
    const extras: ZipPart[] = [
      { name: '../../evil.txt', content: 'x' },
      { name: '/etc/evil', content: 'x' },
      { name: 'a\\..\\b', content: 'x' },
      { name: 'link', content: '/etc/passwd', unixMode: 0o120777 },
    ];
    for (const extra of extras)
      expect((await thrown(() => readSheet(plain, { extra: [extra] }))).code).toBe('ARCHIVE_INVALID');
    const many = Array.from({ length: 10_001 }, (_, i) => ({ name: `p${i}`, content: '' }));
    expect((await thrown(() => readSheet(plain, { extra: many }))).code).toBe('ARCHIVE_INVALID');
    const whole = zipOf(bookParts(plain));
    expect((await thrown(() => readBytes(whole.subarray(0, whole.length - 30)))).code).toBe('ARCHIVE_INVALID');
    expect(folder.names().length).toBe(before + 2 * (extras.length + 2));
  });

  it('protected, old and binary workbooks are named', async () => {
    const ole = Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), Buffer.alloc(600)]);
    expect((await thrown(() => readBytes(ole))).code).toBe('FORMAT_UNSUPPORTED');
    const locked = Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le')]);
    expect((await thrown(() => readBytes(locked))).code).toBe('EXCEL_ENCRYPTED');
    const flagged = bookParts(plain).map((part) => ({ ...part, flags: 1 }));
    expect((await thrown(() => readParts(flagged))).code).toBe('EXCEL_ENCRYPTED');
    expect((await thrown(() => readParts([{ name: 'xl/workbook.bin', content: 'x' }]))).code).toBe(
      'FORMAT_UNSUPPORTED',
    );
    expect((await thrown(() => readParts([{ name: 'readme.txt', content: 'x' }]))).code).toBe('EXCEL_INVALID');
    expect((await thrown(() => readBytes('a,b\n1,2\n'))).code).toBe('EXCEL_INVALID');
  });
});
