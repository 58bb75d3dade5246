import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LoadedSet, Shared } from '../engine/datasets.ts';
import type { RunResult } from './run.ts';

/** AutoML tools that `peers.py` of the shared folder runs, and the packages whose versions are recorded with them. */
export const peerTools: Readonly<Record<string, readonly string[]>> = {
  flaml: ['FLAML', 'lightgbm', 'xgboost', 'catboost', 'scikit-learn'],
  h2o: ['h2o'],
  'autogluon-medium': ['autogluon.tabular', 'lightgbm', 'xgboost', 'catboost', 'torch'],
  'autogluon-good': ['autogluon.tabular', 'lightgbm', 'xgboost', 'catboost', 'torch'],
  'autogluon-best': ['autogluon.tabular', 'lightgbm', 'xgboost', 'catboost', 'torch'],
};

export interface PeerRun {
  tool: string;
  fold: number;
  budget: number;
  python: string;
}

const wrapper = join(dirname(fileURLToPath(import.meta.url)), 'peer.py');

/** A tool may take longer than it was given; past this it is stopped, and there is no line. */
const limitFactor = 3;
const limitSlackMs = 180_000;

/** Runs a peer on nine folds and scores the tenth. @throws with what it said last when it fails */
export async function runPeer({ scorer, data, folder }: Shared, set: LoadedSet, run: PeerRun): Promise<RunResult> {
  const scratch = mkdtempSync(join(tmpdir(), 'laurel-peer-'));
  try {
    const out = join(scratch, 'predictions.csv');
    const { tool, fold, budget, python } = run;
    const options = ['--tool', tool, '--dataset', set.info.name, '--fold', String(fold), '--budget', String(budget)];
    const program = join(folder, 'bench/peers.py');
    const startedAt = performance.now();
    const said = await output(python, [wrapper, program, ...options, '--out', out, '--data', data], {
      cwd: scratch,
      limitMs: limitFactor * budget * 1000 + limitSlackMs,
    });
    const wallSeconds = (performance.now() - startedAt) / 1000;
    // some tools say goodbye after it
    const line = said.split('\n').findLast((text) => text.startsWith('{')) ?? '';
    const { fitSeconds, predictSeconds, peakMb } = JSON.parse(line) as Omit<RunResult, 'score'>;
    const { metric, score } = scorer.score(set, fold, scorer.parseCsv(readFileSync(out, 'utf8')));
    return { metric, score, fitSeconds, wallSeconds, predictSeconds, peakMb };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Versions of the tool's packages that this Python has, so that a line of another version is not taken for this one. */
export function peerVersions(tool: string, python: string): Record<string, string> {
  const names = peerTools[tool] ?? [];
  const program = `
import importlib.metadata as m, json, sys
found = {}
for name in json.loads(sys.argv[1]):
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: pass
print(json.dumps(found))`;
  const said = execFileSync(python, ['-c', program, JSON.stringify(names)], { encoding: 'utf8' });
  return JSON.parse(said) as Record<string, string>;
}

/** Standard output of a program; its own process group, since some tools leave children behind. */
async function output(command: string, args: string[], options: { cwd: string; limitMs: number }): Promise<string> {
  const child = spawn(command, args, { cwd: options.cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-4000);
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    endGroup(child.pid);
  }, options.limitMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearTimeout(timer));
  endGroup(child.pid);
  if (late) throw new Error(`it did not end within ${Math.round(options.limitMs / 1000)} s`);
  if (code !== 0) throw new Error(`it ended with code ${code}: ${said.trimEnd().split('\n').slice(-3).join(' ')}`);
  return out;
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // the group has ended
  }
}
