import type { Log } from './http/context.ts';

/** One JSON line per event on standard error. */
export const log: Log = (level, message, fields = {}) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })}\n`);
};
