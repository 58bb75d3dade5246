import { AppError, type FailureKind } from '@laurel/contracts';
import { NotANumber } from './score.ts';

/** The runtime's errors of too large an allocation, and those of families that know in advance. */
export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof RangeError && /allocation|memory/i.test(error.message)) return true;
  return error instanceof Error && 'code' in error && error.code === 'MEMORY_LIMIT';
}

/** Refuses what is predicted to be too large, as families do that count by themselves. */
export function memoryRefusal(what: 'fit' | 'model', neededBytes: number, limitBytes: number): Error {
  const mb = (bytes: number) => Math.ceil(bytes / 2 ** 20).toLocaleString('en');
  const message = `The ${what} would take about ${mb(neededBytes)} MB; ${mb(limitBytes)} MB are allowed.`;
  return Object.assign(new Error(message), { code: 'MEMORY_LIMIT' });
}

/** What a trial is recorded to have failed by. */
export function failureOf(error: unknown): { kind: FailureKind; message: string } {
  if (error instanceof NotANumber) {
    return { kind: 'nan', message: 'The model gave predictions that are not numbers, so it cannot be scored.' };
  }
  if (error instanceof AppError) return { kind: 'invalid', message: error.message };
  if (isOutOfMemory(error)) {
    return {
      kind: 'oom',
      message:
        'The fit needed more memory than its process may use. Use fewer rows or columns, or give each process more memory.',
    };
  }
  return {
    kind: 'crash',
    message: `The fit stopped with an error: ${error instanceof Error ? error.message : String(error)}`,
  };
}
