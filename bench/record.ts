import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderTable } from './table.ts';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Measurement {
  case: string;
  value: number;
  /** decides which direction is better, see table.ts */
  unit: string;
  /** what it is compared with: another tool's number, or a target of ours (peerName "target") */
  peer?: number;
  peerName?: string;
  /** more to know of this one number, such as every peer's */
  details?: Record<string, unknown>;
}

/** One line of bench/results/NAME.jsonl. */
export interface ResultLine extends Measurement {
  bench: string;
  /** the value once more, so that a line reads as ours against the peer's */
  ours?: number;
  /** value / peer */
  ratio?: number;
  machine: string;
  /** last commit that changed apps, packages or the schema; a plus sign says that there were changes on top of it */
  commit: string;
  date: string;
  versions: Record<string, string>;
  /** load of the machine over the last minute when it was measured: our own included, so over 2 on 2 cores is no alarm */
  load: number;
}

export interface RecorderOptions {
  bench: string;
  /** measure again what has a line already */
  again?: boolean;
  folder?: string;
  /** for tests; else taken from this machine and checkout */
  machine?: string;
  commit?: string;
}

export interface Recorder {
  /** true when this code was measured on this machine already, and again was not asked for */
  has(caseName: string): boolean;
  /** appends and shows it; what has a line already is left as it is, see `has` */
  add(measurement: Measurement): void;
  /** every line of this machine and this code, the newest of each case */
  lines(): ResultLine[];
  /** the same as a table */
  table(): string;
}

/** Appends measurements to bench/results/NAME.jsonl, one line each as soon as it is known, so that a run can resume. */
export function createRecorder(options: RecorderOptions): Recorder {
  const { bench, again = false, folder = join(root, 'bench/results') } = options;
  const machine = options.machine ?? machineName();
  const commit = options.commit ?? codeVersion();
  const file = join(folder, `${bench}.jsonl`);
  const known = new Map<string, ResultLine>();
  for (const line of readResults(file)) {
    if (line.machine === machine && line.commit === commit) known.set(line.case, line);
  }
  const has = (caseName: string) => !again && known.has(caseName);
  return {
    has,
    add(measurement) {
      if (has(measurement.case)) return;
      const { peer, value } = measurement;
      if (!Number.isFinite(value)) throw new Error(`${measurement.case}: ${value} is not a measurement`);
      const line: ResultLine = {
        bench,
        ...measurement,
        value: rounded(value),
        ...(peer === undefined ? {} : { ours: rounded(value), peer: rounded(peer), ratio: rounded(value / peer) }),
        machine,
        commit,
        date: new Date().toISOString(),
        versions: { laurel: laurelVersion(), node: process.version },
        load: rounded(loadavg()[0] as number),
      };
      mkdirSync(folder, { recursive: true });
      appendFileSync(file, `${JSON.stringify(line)}\n`);
      known.set(line.case, line);
      process.stderr.write(`  ${renderTable([line], { header: false }).trimStart()}\n`);
    },
    lines: () => [...known.values()],
    table: () => renderTable([...known.values()]),
  };
}

export function readResults(file: string): ResultLine[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as ResultLine);
}

export function machineName(): string {
  const model = (cpus()[0]?.model ?? 'unknown processor').replaceAll(/\((R|TM)\)/g, '').replaceAll(/\s+/g, ' ');
  return `${cpus().length} x ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`;
}

const measured = ['apps', 'packages', 'prisma', 'package-lock.json'];

export function codeVersion(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
    const commit = git('log', '-1', '--format=%h', '--', ...measured);
    return git('status', '--porcelain', '--untracked-files=no', '--', ...measured) === '' ? commit : `${commit}+`;
  } catch {
    return 'unknown'; // a copy without its history
  }
}

export function laurelVersion(): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Five significant digits, scores a few more: a measurement has no more, and lines stay readable. */
function rounded(value: number): number {
  return Number(value.toPrecision(Math.abs(value) < 1 ? 6 : 5));
}
