import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskKind } from '@laurel/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { targetFindings } from '../leaks/target-findings.ts';
import { profileTable } from '../profile/profile.ts';
import { testFolder } from '../testing/files.ts';
import { readFile } from './read-file.ts';
import { openTable, writeTableFile } from './table-file.ts';

interface Dataset {
  name: string;
  file: string;
  target: string;
  task: TaskKind | 'timeseries';
  rows: number;
  cols: number;
}

const root = process.env.LAUREL_SHARED_DIR ?? join(import.meta.dirname, '../../../../../shared');
const list = join(root, 'data/datasets.json');
const folder = testFolder();
afterAll(() => folder.clean());

const leaking = new Map([['bike-hour', ['casual', 'registered']]]);

// The benchmark's tables are not part of the project: without them there is nothing to read.
describe.skipIf(!existsSync(list))(`the benchmark's datasets (skipped where ${root} is not there)`, () => {
  const datasets: Dataset[] = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  for (const { name, file, rows, cols, target, task } of datasets) {
    it(`${name}: read whole, described, stored, and only true leaks found`, { timeout: 60_000 }, async () => {
      const { table, ...context } = await readFile({ path: join(root, 'data', file), fileName: file });
      expect([table.rows, table.columns.length]).toEqual([rows, cols]);
      const profile = profileTable(table, context);
      expect(profile.columns.find((column) => column.name === target)!.missing).toBe(0);
      const leaks = targetFindings(table, target, task === 'timeseries' ? 'regression' : task);
      expect(leaks.map((one) => one.column)).toEqual(leaking.get(name) ?? []);
      const stored = join(folder.path, `${name}.table`);
      await writeTableFile(stored, table);
      const opened = await openTable(stored);
      expect(await opened.column(target)).toEqual(table.columns.find((column) => column.name === target));
      await opened.close();
    });
  }
});
