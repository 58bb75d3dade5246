import { createRequire } from 'node:module';
import { join } from 'node:path';

/** A file of an installed package, found from where the server runs; a bundler would take it for a module. */
export function installedFile(specifier: string): string {
  const require = createRequire(join(/* turbopackIgnore: true */ process.cwd(), 'package.json'));
  return require.resolve(specifier);
}
