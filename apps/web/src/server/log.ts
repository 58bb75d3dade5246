/** One JSON line on standard output or error. Texts are JSON-escaped, so nothing can forge a second line. */
export function log(
  level: 'info' | 'warn' | 'error',
  message: string,
  fields: { failure?: unknown; [name: string]: unknown } = {},
): void {
  const { failure, ...rest } = fields;
  const line = JSON.stringify({
    at: new Date().toISOString(),
    level,
    app: 'web',
    message,
    ...rest,
    ...(failure === undefined ? {} : { failure: failureText(failure) }),
  });
  if (level === 'info') console.log(line);
  else console.error(line);
}

function failureText(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const cause = failure.cause === undefined ? '' : `\ncaused by ${failureText(failure.cause)}`;
  return `${failure.stack ?? failure.message}${cause}`.slice(0, 4000);
}
