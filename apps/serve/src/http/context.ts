import type { Actor } from '@laurel/access';
import type { Context, Hono } from 'hono';

/** What the middlewares leave for the handlers. */
export interface Variables {
  requestId: string;
  actor: Actor;
}
export interface Env {
  Variables: Variables;
}
export type App = Hono<Env>;
export type Ctx = Context<Env>;

/** Structured log lines: one JSON object each. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields?: Record<string, unknown>) => void;
