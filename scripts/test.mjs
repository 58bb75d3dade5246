// `npm test`: set up, then lint, types, unit and integration tests, end-to-end tests. Ends with `N passed, N failed`.
// Arguments choose stages: `npm test -- lint types unit e2e`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setup, toolEnv } from './setup.mjs';
import { requireTestTools } from './test-tools.mjs';

const bin = (name) => join(root, 'node_modules/.bin', name);
const scratch = mkdtempSync(join(tmpdir(), 'laurel-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };
const lines = [];

/** A stage that hangs must end as a failure, not as a machine that is taken away. */
const stageLimitMs = 40 * 60_000;

function run(command, args, env) {
  const options = {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
    timeout: stageLimitMs,
    killSignal: 'SIGKILL',
  };
  return spawnSync(command, args, options).status === 0;
}

function stage(name, work) {
  process.stdout.write(`\n=== ${name}\n`);
  const started = Date.now();
  const counts = work();
  for (const key of Object.keys(totals)) totals[key] += counts[key] ?? 0;
  lines.push(
    `${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped ?? 0} skipped in ${Math.round((Date.now() - started) / 1000)} s`,
  );
}

/** A check without cases of its own counts as one test. */
const check = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 });

function readReport(file, ok, count) {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const counts = count(JSON.parse(readFileSync(file, 'utf8')));
  // a crash outside any test must not pass
  if (!ok && counts.failed === 0) counts.failed = 1;
  if (counts.passed + counts.failed === 0) counts.failed = 1;
  return counts;
}

const stages = {
  lint: (env) => {
    stage('format and lint', () => check(run(bin('biome'), ['check', '--error-on-warnings', '.'], env)));
    stage('boundaries', () => check(run(process.execPath, ['scripts/check-boundaries.mjs'], env)));
  },
  types: (env) => {
    stage('types', () =>
      check(run(bin('turbo'), ['run', 'typecheck', '--output-logs=errors-only', '--continue'], env)),
    );
    // no workspace of its own: it is run by tsx, and nothing depends on it
    stage('types of the benchmarks', () => check(run(bin('tsc'), ['--noEmit', '-p', 'bench'], env)));
  },
  unit: (env) =>
    stage('unit and integration', () => {
      const report = join(scratch, 'vitest.json');
      const ok = run(
        bin('vitest'),
        ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
        env,
      );
      return readReport(report, ok, (json) => ({
        passed: json.numPassedTests,
        failed:
          json.numFailedTests +
          (json.testResults ?? []).filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
            .length,
        skipped: json.numPendingTests + (json.numTodoTests ?? 0),
      }));
    }),
  e2e: (env) =>
    stage('end to end', () => {
      const report = join(scratch, 'playwright.json');
      const ok = run(bin('playwright'), ['test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'], {
        ...env,
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      });
      return readReport(report, ok, ({ stats }) => ({
        passed: stats.expected + stats.flaky,
        failed: stats.unexpected,
        skipped: stats.skipped,
      }));
    }),
};

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!stages[name]) {
    process.stderr.write(`There is no stage "${name}". Stages: ${Object.keys(stages).join(', ')}.\n`);
    process.exit(2);
  }
}
setup();
const env = { ...toolEnv, ...requireTestTools(), FORCE_COLOR: '0' };
for (const [name, work] of Object.entries(stages)) if (wanted.length === 0 || wanted.includes(name)) work(env);
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`\n${lines.join('\n')}\n\n${totals.passed} passed, ${totals.failed} failed`);
process.stdout.write(totals.skipped > 0 ? `, ${totals.skipped} skipped\n` : '\n');
process.exit(totals.failed === 0 ? 0 : 1);
