// Bundles an app's entries (package.json "laurel".entries) into dist/: our own packages from source, npm packages
// left outside. A trial child must start within 300 ms, which no transpiling loader reaches.
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

const appDir = process.cwd();
const { laurel } = JSON.parse(readFileSync(resolve(appDir, 'package.json'), 'utf8'));
if (!laurel?.entries) throw new Error(`${appDir}/package.json names no "laurel".entries to bundle`);

/** Everything that is not ours and not relative is loaded from node_modules at run time. */
const npmOutside = {
  name: 'npm-outside',
  setup(builder) {
    builder.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || path.startsWith('@laurel/') || path.startsWith('#')) return null;
      return { path, external: true };
    });
  },
};

rmSync(resolve(appDir, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: appDir,
  entryPoints: laurel.entries,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  loader: { '.wasm': 'copy' },
  plugins: [npmOutside],
  logLevel: 'warning',
});
