import { AppError } from '@laurel/contracts';

/** A request to validate in a way that cannot be. The message says what to do. */
export function invalidValidation(message: string): AppError {
  return new AppError('VALIDATION_INVALID', message);
}

/** A name or value of the table, marked as such within a sentence. */
export function quote(name: string): string {
  return JSON.stringify(name);
}
