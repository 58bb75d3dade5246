import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../record.ts';

/** An entry of datasets.json of the shared folder. */
export interface DatasetInfo {
  name: string;
  task: 'binary' | 'multiclass' | 'regression';
  target: string;
}

export interface LoadedSet {
  info: DatasetInfo;
  header: string[];
  rows: string[][];
  /** digit i is the fold of row i */
  folds: string;
}

/** The shared scoring program, so that our scores and those of other tools come from the same lines of code. */
export interface Scorer {
  parseCsv(text: string): string[][];
  loadDataset(name: string, folder: string): LoadedSet;
  score(set: LoadedSet, fold: number, predictions: string[][]): { metric: string; score: number };
}

/** What datasets.json says of every set; those in the order of time have a task of their own. */
export interface SharedSet {
  name: string;
  task: DatasetInfo['task'] | 'timeseries';
  rows: number;
}

export interface Shared {
  /** the shared folder itself */
  folder: string;
  data: string;
  sets: SharedSet[];
  peersFile: string;
  scorer: Scorer;
}

/** The folder with datasets, folds and peers' scores, or null when this machine has none. */
export async function openShared(): Promise<Shared | null> {
  const folder = process.env.LAUREL_SHARED_DIR ?? join(root, '../shared');
  const scorer = join(folder, 'bench/score.mjs');
  const data = join(folder, 'data');
  if (!existsSync(scorer) || !existsSync(join(data, 'datasets.json'))) return null;
  const peersFile = join(folder, 'bench/measured-peers.jsonl');
  const sets = JSON.parse(readFileSync(join(data, 'datasets.json'), 'utf8')) as SharedSet[];
  return { folder, data, sets, peersFile, scorer: (await import(pathToFileURL(scorer).href)) as Scorer };
}

/** Nine folds with the target, and the tenth without it: what is to be predicted cannot reach the program. */
export function splitFold({ info, header, rows, folds }: LoadedSet, fold: number): { train: string; test: string } {
  const target = header.indexOf(info.target);
  const inFold = (i: number) => Number(folds[i]) === fold;
  const withoutTarget = (row: string[]) => row.filter((_, column) => column !== target);
  const train = rows.filter((_, i) => !inFold(i));
  const test = rows.filter((_, i) => inFold(i));
  return { train: toCsv([header, ...train]), test: toCsv([header, ...test].map(withoutTarget)) };
}

export function toCsv(rows: string[][]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  // a row of one empty cell would be read as an empty line, which is no row
  const line = (row: string[]) => (row.length === 1 && row[0] === '' ? '""' : row.map(cell).join(','));
  return `${rows.map(line).join('\n')}\n`;
}
