import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../record.ts';
import type { Problem, ProblemFile } from './problems.ts';
import type { Setting } from './setting.ts';

export type PeerTool = 'lightgbm' | 'sklearn' | 'xgboost';

/** Seconds of one fit; a tool that does not part them has only the whole. */
export interface FitSeconds {
  whole: number;
  grow?: number;
  /** growth of resident memory at its peak, when it was asked for and the system tells it */
  peakMb?: number;
}

export interface FitRequest {
  data: string;
  learner: 'boosting' | 'random-forest' | 'extra-trees';
  setting: Setting;
  task: Problem['task'];
  outputs: number;
  model: string;
  variant?: string | undefined;
  peak?: boolean;
}

/** Another tool in a process of its own. Requests are answered one after the other. */
export interface Peer {
  /** with its version */
  name: string;
  load(name: string, data: ProblemFile): Promise<void>;
  drop(name: string): Promise<void>;
  fit(request: FitRequest): Promise<FitSeconds>;
  /** seconds; predictions go to the file `out` when it is given */
  predict(model: string, data: string, out?: string): Promise<number>;
  /** microseconds of each of `calls` predictions of one row */
  one(model: string, data: string, calls: number): Promise<number[]>;
  close(): Promise<void>;
}

const program = join(root, 'bench/trees/peers.py');
export const installAdvice = `The peers need a Python that has them, for instance:
  python3 -m venv ~/laurel-peers
  ~/laurel-peers/bin/pip install -r bench/trees/requirements.txt
and then --python ~/laurel-peers/bin/python, or that path in LAUREL_BENCH_PYTHON.`;

/** Starts a peer and waits until it has loaded its packages. @throws with advice when Python or a package is missing */
export async function openPeer(tool: PeerTool, python: string): Promise<Peer> {
  const child = spawn(python, [program, tool], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-2000);
  });
  // a request to a program that has ended fails by the end of its answers
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(
    () => `${tool} ended: ${said.trim() || 'it said nothing'}`,
    (error: Error) => `${python} did not start: ${error.message}\n${installAdvice}`,
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => {
    const line = await lines.next();
    if (line.done) throw new Error(await ended);
    return parseAnswer(line.value);
  };
  const ask = async (request: Record<string, unknown>) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return await next();
  };
  const hello = await next();
  return {
    name: `${hello.name} ${hello.version}`,
    load: async (name, data) => void (await ask({ op: 'load', name, ...data })),
    drop: async (name) => void (await ask({ op: 'drop', name })),
    fit: async ({ task, outputs, setting, ...request }) =>
      fitSeconds(await ask({ op: 'fit', ...request, setting: { ...setting, task, classes: outputs } })),
    predict: async (model, data, out) =>
      numberOf(await ask({ op: 'predict', model, data, ...(out === undefined ? {} : { out }) }), 'seconds'),
    one: async (model, data, calls) => (await ask({ op: 'one', model, data, calls })).microseconds as number[],
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** One line of a peer's answers. @throws what the peer says went wrong */
export function parseAnswer(line: string): Record<string, unknown> {
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch {
    throw new Error(`A peer answered what is no JSON: ${line.slice(0, 200)}`);
  }
  if (typeof answer !== 'object' || answer === null) throw new Error(`A peer answered ${line.slice(0, 200)}`);
  const fields = answer as Record<string, unknown>;
  if (fields.missing === true) throw new Error(`${fields.error}. ${installAdvice}`);
  if (typeof fields.error === 'string') throw new Error(fields.error);
  return fields;
}

/** A tool that parts preparing from growing answers both, another one the whole. */
export function fitSeconds(answer: Record<string, unknown>): FitSeconds {
  const peak = typeof answer.peakMb === 'number' ? { peakMb: answer.peakMb } : {};
  if (answer.grow === undefined) return { whole: numberOf(answer, 'whole'), ...peak };
  const grow = numberOf(answer, 'grow');
  return { whole: numberOf(answer, 'prepare') + grow, grow, ...peak };
}

function numberOf(answer: Record<string, unknown>, field: string): number {
  const value = answer[field];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`A peer answered no ${field}`);
  return value;
}
