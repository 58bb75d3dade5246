import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@laurel/contracts';

/** A folder for the files of one test file. `clean` removes it and everything in it. */
export function testFolder() {
  const path = mkdtempSync(join(tmpdir(), 'laurel-tabular-'));
  let count = 0;
  return {
    path,
    /** writes a file and answers its path */
    write(content: string | Uint8Array, name = 'data.csv'): string {
      const folder = join(path, String(count++));
      mkdirSync(folder);
      const file = join(folder, name);
      writeFileSync(file, content);
      return file;
    },
    names: () => readdirSync(path, { recursive: true }).map(String).sort(),
    clean: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What an action throws; fails when it throws nothing or something else than an AppError. */
export async function thrown(action: () => unknown): Promise<AppError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('An AppError was expected, but nothing was thrown.');
}
