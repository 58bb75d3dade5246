import { AppError, deserialiseError, type TrialFailure } from '@laurel/contracts';
import type { Outcome, PoolFailure } from './protocol.ts';

/** What the leaderboard says of a trial whose process gave no result. Cancelled runs are no failures of a trial. */
export function toTrialFailure(failure: PoolFailure): TrialFailure {
  if (failure.kind === 'cancelled') return { kind: 'crash', message: failure.message };
  if (failure.kind !== 'error') return { kind: failure.kind, message: failure.message };
  const { code } = failure.error;
  if (code === 'STORAGE_FULL' || code === 'STORAGE_UNAVAILABLE') return { kind: 'storage', message: failure.message };
  if (code === 'INTERNAL')
    return { kind: 'crash', message: `The trial stopped with an error of the program: ${failure.message}` };
  return { kind: 'invalid', message: failure.message };
}

/** The same as an error of the API, for requests that are no trials (a profile, a preparation). */
export function toAppError(failure: PoolFailure): AppError {
  switch (failure.kind) {
    case 'error':
      return deserialiseError(failure.error);
    case 'oom':
      return new AppError('TRIAL_OOM', failure.message);
    case 'timeout':
      return new AppError('TRIAL_TIMEOUT', failure.message);
    case 'cancelled':
      return new AppError('CANCELLED', failure.message);
    case 'crash':
      return new AppError('TRIAL_CRASHED', failure.message);
  }
}

/** The result, or the failure thrown as an AppError. */
export function resultOf<T>(outcome: Outcome<T>): T {
  if (outcome.status === 'completed') return outcome.result;
  throw toAppError(outcome.failure);
}

export const failures = {
  oom: (reachedMb: number, limitMb: number): PoolFailure => ({
    kind: 'oom',
    limitMb,
    reachedMb,
    message: `It needed more than ${limitMb} MB of memory (${Math.round(reachedMb)} MB when it was stopped). Use fewer rows or features, or give the worker more memory per process.`,
  }),
  timeout: (afterMs: number): PoolFailure => ({
    kind: 'timeout',
    afterMs,
    message: `It was stopped after ${(afterMs / 1000).toFixed(afterMs < 10_000 ? 1 : 0)} s without coming to an end. Give the experiment a larger budget, or use fewer rows.`,
  }),
  cancelled: (): PoolFailure => ({ kind: 'cancelled', message: 'It was cancelled.' }),
  died: (code: number | null, signal: string | null, stderr: string, limitMb: number, peakMb: number): PoolFailure => {
    // V8 and a failed WASM growth end the process by themselves before the memory watch sees anything
    if (/heap out of memory|Array buffer allocation failed|Zone Allocation failed/i.test(stderr))
      return failures.oom(peakMb, limitMb);
    const how = signal ? `was ended by the signal ${signal}` : `ended with the exit code ${code}`;
    const hint = signal === 'SIGKILL' ? ' The operating system does this when memory runs out.' : '';
    return { kind: 'crash', signal, exitCode: code, message: `The process that did the work ${how}.${hint}` };
  },
  neverStarted: (stderr: string): PoolFailure => ({
    kind: 'crash',
    signal: null,
    exitCode: null,
    message: `A process for the work could not be started: ${lastLine(stderr)}`,
  }),
};

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
}
