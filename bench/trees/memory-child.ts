// Fits once in a process of its own and says how much memory that took; see memory.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import type { FeatureInput } from '@laurel/trees';
import type { MemoryAnswer, MemoryRequest } from './memory.ts';
import { fitOurs, memoryBar } from './ours.ts';
import { type Problem, readNumbers } from './problems.ts';
import { plainSetting } from './setting.ts';

process.once('message', async (request: MemoryRequest) => {
  const { file, rows, columns, task, outputs } = request;
  const numbers = readNumbers(file);
  const column = (c: number) => numbers.subarray(c * rows, (c + 1) * rows);
  const features = Array.from({ length: columns }, (_, c): FeatureInput => ({ kind: 'numeric', values: column(c) }));
  const problem: Problem = { task, outputs, rows, features, target: column(columns) };
  const before = startPeak();
  const { result } = await fitOurs(problem, { ...plainSetting, rounds: 10 });
  const { memoryBytes } = result;
  const peakMb = before === null ? null : statusMb('VmHWM') - before;
  const answer: MemoryAnswer = { memoryBytes, barBytes: memoryBar(problem, plainSetting.leaves), peakMb };
  process.send?.(answer);
});

/** Resident memory now, with the peak set back to it; null where the system cannot do so. */
function startPeak(): number | null {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return null;
  }
  return statusMb('VmRSS');
}

function statusMb(field: string): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  if (!line) throw new Error(`no ${field} in /proc/self/status`);
  return Number(line[1]) / 1024;
}
