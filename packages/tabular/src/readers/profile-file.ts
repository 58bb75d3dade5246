import type { DatasetProfile } from '@laurel/contracts';
import { profileTable } from '../profile/profile.ts';
import { type ReadFileInput, readFile } from './read-file.ts';
import { writeTableFile } from './table-file.ts';

export interface ProfileFileInput extends Omit<ReadFileInput, 'path'> {
  sourcePath: string;
  /** where the normalised table is written, see `openTable`; nothing is there when this throws */
  outTablePath: string;
}

/** Reads a file, writes it as a table file and describes it. Meant for a disposable child process: DuckDB may crash it. */
export async function profileDatasetFile(input: ProfileFileInput): Promise<DatasetProfile> {
  const { sourcePath, outTablePath, ...rest } = input;
  const { table, parse, warnings, columns } = await readFile({ ...rest, path: sourcePath });
  const profile = profileTable(table, { parse, warnings, columns });
  await writeTableFile(outTablePath, table);
  return profile;
}
