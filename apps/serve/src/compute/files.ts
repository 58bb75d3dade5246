import { readFile } from 'node:fs/promises';
import { decodePredictions, decodePrepared, type PreparedData, type StoredPredictions } from '@laurel/automl';
import { decodeTable, type Table } from '@laurel/tabular';

/** Prepared data of the last experiments asked about: several questions about one come together. It never changes. */
const kept = 2;
const prepared = new Map<string, PreparedData>();

export async function readPrepared(path: string): Promise<PreparedData> {
  const known = prepared.get(path);
  if (known !== undefined) return known;
  const data = decodePrepared(await readFile(path));
  prepared.set(path, data);
  for (const oldest of prepared.keys()) {
    if (prepared.size <= kept) break;
    prepared.delete(oldest);
  }
  return data;
}

export async function readPredictions(path: string): Promise<StoredPredictions> {
  return decodePredictions(await readFile(path));
}

export async function readTable(path: string): Promise<Table> {
  return decodeTable(await readFile(path));
}
