import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeTable } from '../encode.ts';
import { sliceRows, type Table, tableToRecords } from '../table.ts';
import { testFolder, thrown } from '../testing/files.ts';
import { profileDatasetFile } from './profile-file.ts';
import { openTable, writeTableFile } from './table-file.ts';

const folder = testFolder();
afterAll(() => folder.clean());

const rows = 5000;
const levels = Array.from({ length: rows }, (_, i) => `${String(i).padStart(6, '0')} ${'text '.repeat(60)}`);
const table: Table = {
  rows,
  columns: [
    {
      name: 'n',
      type: 'numeric',
      values: Float64Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? Number.NaN : i)),
    },
    {
      name: 'd',
      type: 'datetime',
      values: Float64Array.from({ length: rows }, (_, i) => i * 86_400_000),
      dateFormat: 'YYYY-MM-DD',
    },
    {
      name: '__proto__',
      type: 'boolean',
      codes: Int32Array.from({ length: rows }, (_, i) => (i % 3) - 1),
      levels: ['no', 'yes'],
    },
    // more than a megabyte of levels, so that they are read one by one
    {
      name: 't',
      type: 'text',
      codes: Int32Array.from({ length: rows }, (_, i) => (i % 11 === 0 ? -1 : rows - 1 - i)),
      levels,
    },
  ],
};
const path = `${folder.path}/stored.table`;

describe('a stored table', () => {
  it('is the encoded table, and gives any rows and columns', async () => {
    expect(await writeTableFile(path, table)).toBe(statSync(path).size);
    expect(readFileSync(path).equals(encodeTable(table))).toBe(true);
    const opened = await openTable(path);
    for (const [offset, limit] of [
      [0, 3],
      [4998, 10],
      [2345, 20],
      [9000, 5],
    ] as const) {
      expect(await opened.rows(offset, limit)).toEqual(tableToRecords(sliceRows(table, offset, limit)));
    }
    const some = await opened.rows(1, 1, ['t', '__proto__', 'unknown']);
    expect(some.map((record) => Object.keys(record))).toEqual([['__proto__', 't']]);
    for (const column of table.columns) expect(await opened.column(column.name)).toEqual(column);
    expect(await opened.column('unknown')).toBeUndefined();
    await opened.close();
  });

  it('that is damaged, cut or something else is refused', async () => {
    const bytes = readFileSync(path);
    bytes[bytes.length - 20_000]! ^= 1;
    writeFileSync(`${folder.path}/damaged`, bytes);
    const opened = await openTable(`${folder.path}/damaged`);
    expect((await thrown(() => opened.column('t'))).code).toBe('ARTIFACT_CORRUPT');
    await opened.close();
    truncateSync(`${folder.path}/damaged`, 5000);
    expect((await thrown(() => openTable(`${folder.path}/damaged`))).code).toBe('ARTIFACT_CORRUPT');
    expect((await thrown(() => openTable(folder.write('a,b\n')))).code).toBe('ARTIFACT_CORRUPT');
  });

  it('is what comes out of an upload, with its profile', async () => {
    const outTablePath = `${folder.path}/upload.table`;
    const sourcePath = folder.write('name;when\nÅse;01.02.2024\nBo;13.02.2024\n');
    const profile = await profileDatasetFile({ sourcePath, outTablePath, fileName: 'x.csv', contentType: 'text/csv' });
    expect(profile).toMatchObject({
      rows: 2,
      parse: { format: 'csv', delimiter: ';', encoding: 'utf-8', header: true },
    });
    expect(profile.columns[1]).toMatchObject({ type: 'datetime', inferredType: 'datetime', dateFormat: 'DD.MM.YYYY' });
    const opened = await openTable(outTablePath);
    expect(await opened.rows(0, 1)).toEqual([{ name: 'Åse', when: '2024-02-01T00:00:00.000Z' }]);
    await opened.close();
  });
});
