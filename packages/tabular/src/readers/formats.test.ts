import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { cellAt, findColumn, type Table } from '../table.ts';
import { testFolder, thrown } from '../testing/files.ts';
import { withDuckDb } from './duckdb.ts';
import { readFile, readRowsFile } from './read-file.ts';

const folder = testFolder();
const parquet = 'application/vnd.apache.parquet';
const cells = (table: Table, name: string) => {
  const column = findColumn(table, name)!;
  return Array.from({ length: table.rows }, (_, row) => cellAt(column, row));
};

async function writeParquet(name: string, select: string, options = ''): Promise<string> {
  const path = `${folder.path}/${name}.parquet`;
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet${options})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

let good: string;
beforeAll(async () => {
  good = await writeParquet(
    'good',
    `SELECT i::BIGINT AS i, CASE WHEN i = 1 THEN NULL ELSE i * 0.5 END::DOUBLE AS x, CASE WHEN i = 1 THEN NULL ELSE 'v' || i % 2 END AS s,
     i % 2 = 0 AS b, DATE '2024-01-01' + i::INTEGER AS d, TIMESTAMPTZ '2024-01-01 10:00:00+02' AS t, 18446744073709551615::UBIGINT AS u,
     CAST(i AS DECIMAL(38, 10)) AS dec, TIME '10:00:00' AS tm, 1.5::FLOAT AS f, 'inf'::DOUBLE AS inf, 'NA' AS word FROM range(4) r(i)`,
  );
});
afterAll(() => folder.clean());

describe('Parquet', () => {
  it('is read with its own types', async () => {
    const { table, columns, warnings, parse } = await readFile({ path: good, contentType: parquet });
    expect(parse).toEqual({ format: 'parquet' });
    expect(cells(table, 'x')).toEqual([0, null, 1, 1.5]);
    expect(cells(table, 's')).toEqual(['v0', null, 'v0', 'v1']);
    expect(cells(table, 'd')[1]).toBe('2024-01-02T00:00:00.000Z');
    expect(cells(table, 't')[0]).toBe('2024-01-01T08:00:00.000Z');
    expect(cells(table, 'u')[0]).toBe('18446744073709551615');
    expect([cells(table, 'b'), cells(table, 'f')[0], cells(table, 'inf')[0]]).toEqual([
      ['true', 'false', 'true', 'false'],
      1.5,
      null,
    ]);
    expect(cells(table, 'word')[0]).toBe('NA');
    expect(columns.find((one) => one.name === 'b')!.type).toBe('boolean');
    expect(warnings).toMatchObject([{ code: 'PRECISION', column: 'dec' }]);
  });

  it('refuses what is no Parquet, cut off, nested, empty or too large', async () => {
    const bytes = readFileSync(good);
    const asParquet = (path: string, limits = {}) => readFile({ path, contentType: parquet, limits });
    expect((await thrown(() => asParquet(folder.write('a,b\n1,2\n', 'x.parquet')))).code).toBe('PARQUET_INVALID');
    const footer = Buffer.from(bytes);
    footer.writeUInt32LE(0x7fffffff, footer.length - 8);
    expect((await thrown(() => asParquet(folder.write(footer)))).code).toBe('PARQUET_INVALID');
    for (let part = 1; part < 16; part++) {
      const cut = folder.write(bytes.subarray(0, Math.floor((bytes.length * part) / 16)));
      expect((await thrown(() => asParquet(cut))).code).toBe('PARQUET_INVALID');
    }
    const protectedFile = Buffer.from(bytes);
    protectedFile.write('PARE', bytes.length - 4, 'latin1');
    expect((await thrown(() => asParquet(folder.write(protectedFile)))).code).toBe('PARQUET_ENCRYPTED');
    const nested = await thrown(async () =>
      asParquet(await writeParquet('nested', "SELECT 1 AS a, {'x': [1]} AS deep FROM range(3)")),
    );
    expect([nested.code, nested.details.column]).toEqual(['COLUMN_TYPE_UNSUPPORTED', 'deep']);
    expect(
      (await thrown(async () => asParquet(await writeParquet('none', 'SELECT 1 AS a, 2 AS b WHERE false')))).code,
    ).toBe('NO_ROWS');
    expect((await thrown(async () => asParquet(await writeParquet('one', 'SELECT 1 AS a')))).code).toBe(
      'TOO_FEW_COLUMNS',
    );
    const bomb = await writeParquet(
      'bomb',
      "SELECT 1 AS a, repeat('x', 500) AS s FROM range(1000000)",
      ', COMPRESSION zstd',
    );
    const many = await thrown(() => asParquet(bomb, { maxRows: 500_000 }));
    expect([many.code, many.status]).toEqual(['TOO_MANY_ROWS', 413]);
    expect((await thrown(() => asParquet(bomb, { maxCells: 1_500_000 }))).code).toBe('TABLE_TOO_LARGE');
    expect((await thrown(() => asParquet(bomb, { maxUnpackedBytes: 1_000_000 }))).code).toBe('DECOMPRESSED_TOO_LARGE');
  });

  it('with flipped bytes is read or refused, and nothing else', async () => {
    const bytes = readFileSync(good);
    const random = createRandom(5);
    for (let round = 0; round < 40; round++) {
      const changed = Buffer.from(bytes);
      changed[random.int(bytes.length)]! ^= 1 << random.int(8);
      const path = folder.write(changed);
      try {
        const { table } = await readFile({ path, contentType: parquet });
        expect(table.rows).toBeGreaterThan(0);
      } catch (error) {
        expect((error as { status?: number }).status).toBeGreaterThanOrEqual(400);
      }
      rmSync(path);
    }
  });

  it('rows to predict are read as the inputs want them', async () => {
    const inputs = [
      { name: 'i', type: 'categorical' as const, levels: ['0', '1'], example: '0' },
      { name: 'x', type: 'numeric' as const, example: 1 },
    ];
    const { table, unseen } = await readRowsFile({ path: good, contentType: parquet }, inputs);
    expect([cells(table, 'i'), cells(table, 'x'), unseen]).toEqual([
      ['0', '1', '2', '3'],
      [0, null, 1, 1.5],
      [{ column: 'i', values: 2, rows: 2 }],
    ]);
  });
});

describe('DuckDB', () => {
  it('can touch nothing but the file and the folder of its job', async () => {
    const workDir = `${folder.path}/${'job'}`;
    const secret = folder.write('secret,1\n', 'secret.csv');
    const attempts = [
      `SELECT * FROM read_csv('${secret}')`,
      `SELECT * FROM read_text('/etc/passwd')`,
      `SELECT * FROM read_text('${folder.path}/job/../0/secret.csv')`,
      `SELECT * FROM read_text('${folder.path}/job/link')`,
      `SELECT * FROM glob('/etc/*')`,
      `SELECT * FROM sniff_csv('/etc/passwd')`,
      `COPY (SELECT 1) TO '${folder.path}/outside.csv'`,
      `ATTACH '${folder.path}/other.db'`,
      'INSTALL httpfs',
      'LOAD httpfs',
      `SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')`,
      'SET enable_external_access = true',
      'SET lock_configuration = false',
      "SET memory_limit = '10GB'",
    ];
    await (await import('node:fs/promises')).mkdir(workDir);
    symlinkSync(secret, `${workDir}/link`);
    await withDuckDb({ workDir, files: [good] }, async (connection, [file]) => {
      const rows = await connection.runAndReadAll(`SELECT count(*) FROM read_parquet('${file}')`);
      expect(Number(rows.getRows()[0]![0])).toBe(4);
      for (const sql of attempts) await expect(connection.runAndReadAll(sql), sql).rejects.toThrow();
    });
    expect(existsSync(`${folder.path}/outside.csv`)).toBe(false);
    expect(existsSync(`${workDir}/duckdb`)).toBe(false);
  });
});

describe('NDJSON', () => {
  const ndjson = (text: string | Uint8Array) =>
    readFile({ path: folder.write(text, 'x.ndjson'), contentType: 'application/x-ndjson' });

  it('is read by key, with every digit and the types of JSON', async () => {
    const { table, columns } = await ndjson(
      '{"a": 1, "b": "x", "n": 9007199254740993, "c": true}\n\n{"b": "id: 12345678901234567, y", "a": null, "c": false, "__proto__": 3}\n',
    );
    expect([cells(table, 'a'), cells(table, 'b')]).toEqual([
      [1, null],
      ['x', 'id: 12345678901234567, y'],
    ]);
    expect([cells(table, 'n'), cells(table, '__proto__')]).toEqual([
      ['9007199254740993', null],
      [null, 3],
    ]);
    expect(columns.find((one) => one.name === 'c')!.type).toBe('boolean');
    expect(cells((await ndjson('{"a": 1.5, "b": 1}\n{"a": "x", "b": 2}\n')).table, 'a')).toEqual(['1.5', 'x']);
  });

  it('refuses broken lines, lists, nested values and too little', async () => {
    const cases: [string | Uint8Array, string, RegExp][] = [
      ['{"a": 1, "b": 2}\n{"a": 1,\n', 'NDJSON_INVALID', /Line 2/],
      ['{"a": 1, "b": 2}\n[1]\n', 'NDJSON_INVALID', /Line 2 is not a JSON object/],
      ['[{"a": 1}]', 'NDJSON_INVALID', /Line 1 is not a JSON object/],
      ['a,b\n1,2\n', 'NDJSON_INVALID', /JSON object/],
      ['{"a": 1, "b": {"c": 1}}\n', 'COLUMN_TYPE_UNSUPPORTED', /b holds an object/],
      ['{"a": 1, "A": 2}\n', 'DUPLICATE_COLUMN', /case/],
      ['{"a": 1}\n', 'TOO_FEW_COLUMNS', /two/],
      [Buffer.from('{"a": 1, "b": "caf\xe9"}\n', 'latin1'), 'ENCODING_INVALID', /UTF-8/],
    ];
    for (const [text, code, says] of cases) {
      const error = await thrown(() => ndjson(text));
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(says)]);
    }
  });

  it('is recognised without a content type', async () => {
    const path = `${folder.path}/plain`;
    writeFileSync(path, '{"a": 1, "b": 2}\n');
    expect((await readFile({ path })).parse.format).toBe('ndjson');
  });
});

describe('CSV packed with gzip', () => {
  const text = `a,b\n${Array.from({ length: 5000 }, (_, i) => `${i},${i % 2 ? 'odd' : 'even'}`).join('\n')}\n`;
  const write = (name: string, bytes: Uint8Array) => {
    const path = `${folder.path}/${name}`;
    writeFileSync(path, bytes);
    return path;
  };

  it('is read like the file inside, by its name or its type', async () => {
    const plain = await readFile({ path: write('plain.csv', Buffer.from(text)), contentType: 'text/csv' });
    const path = write('packed', gzipSync(text));
    for (const announced of [{ fileName: 'things.csv.gz' }, { contentType: 'application/gzip' }]) {
      const packed = await readFile({ path, ...announced });
      expect(packed.table).toEqual(plain.table);
      expect(packed.parse).toEqual(plain.parse);
    }
  });

  it('is refused when damaged, cut off, too large inside, or no CSV', async () => {
    const read = (path: string, limits = {}) => readFile({ path, fileName: 'x.csv.gz', limits });
    const cut = write('cut', gzipSync(text).subarray(0, 2000));
    expect(await thrown(() => read(cut))).toMatchObject({ code: 'CONTENT_MISMATCH' });
    const spoilt = gzipSync(text);
    spoilt.fill(0xff, 40, 60);
    expect(await thrown(() => read(write('spoilt', spoilt)))).toMatchObject({ code: 'CONTENT_MISMATCH' });
    const large = write('large', gzipSync(Buffer.alloc(5_000_000, 'a,b\n1,2\n')));
    expect(await thrown(() => read(large, { maxUnpackedBytes: 1_000_000 }))).toMatchObject({
      code: 'DECOMPRESSED_TOO_LARGE',
    });
    expect(await thrown(() => read(write('page', gzipSync('<!DOCTYPE html><html></html>'))))).toMatchObject({
      code: 'NOT_TABULAR',
    });
    expect(await thrown(() => read(write('nothing', gzipSync(''))))).toMatchObject({ code: 'EMPTY_FILE' });
  });
});
