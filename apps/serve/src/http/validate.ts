import { AppError } from '@laurel/contracts';
import type { z } from 'zod';

/** `value` by a strict schema. Throws UNKNOWN_FIELD for a field that does not exist, else PARAMETER_INVALID, with the path. */
export function parseBody<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const field = [path, issue.keys[0]].filter(Boolean).join('.');
    throw new AppError(
      'UNKNOWN_FIELD',
      `There is no field ${JSON.stringify(field)} here. Remove it or correct its name.`,
      {
        details: { field },
      },
    );
  }
  const where = path === '' ? 'The body' : `The field ${JSON.stringify(path)}`;
  throw new AppError('PARAMETER_INVALID', `${where} is not as it should be: ${issue.message}.`, { details: { path } });
}

/** Query parameters by a strict schema of strings. */
export function parseQuery<T extends z.ZodType>(schema: T, query: Record<string, string>): z.output<T> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  if (unknown !== undefined) {
    throw new AppError('PARAMETER_INVALID', `There is no query parameter ${JSON.stringify(unknown)} here. Remove it.`);
  }
  throw new AppError(
    'PARAMETER_INVALID',
    `The query parameter ${JSON.stringify(String(issue.path[0]))} is not as it should be: ${issue.message}.`,
  );
}
