import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '@laurel/contracts';
import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);
const optional = z
  .string()
  .optional()
  .transform((text) => text || undefined);

const schema = z.object({
  LAUREL_HOME: optional,
  LAUREL_ROOT: optional,
  PORT: port(3000),
  SERVE_PORT: port(3001),
  LAUREL_URL: z.url().optional(),
  DATABASE_URL: optional,
  REDIS_URL: optional,
  LAUREL_ADMIN_EMAIL: z.email().default('admin@localhost.localdomain'),
  LAUREL_ADMIN_PASSWORD: z.string().min(8).max(128).optional(),
  LAUREL_WORKERS: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  LAUREL_MAX_UPLOAD_MB: z.coerce.number().int().min(1).max(1_000_000).default(2048),
  LAUREL_SAMPLE: z.enum(['on', 'off']).default('on'),
});

const examples: Record<string, string> = {
  PORT: '3000',
  SERVE_PORT: '3001',
  LAUREL_URL: 'https://laurel.example.org',
  LAUREL_ADMIN_EMAIL: 'ada@example.org',
  LAUREL_ADMIN_PASSWORD: 'at least 8 characters',
  LAUREL_WORKERS: '2',
  LAUREL_MAX_UPLOAD_MB: '2048',
  LAUREL_SAMPLE: 'on or off',
};

export interface UpSettings {
  root: string;
  homeDir: string;
  port: number;
  servePort: number;
  url: string;
  databaseUrl: string | null;
  redisUrl: string | null;
  adminEmail: string;
  adminPassword: string | null;
  workers: number;
  maxUploadMb: number;
  sample: boolean;
  /** what every started process may see of our environment */
  inherited: NodeJS.ProcessEnv;
}

/** Reads the environment of `laurel up`. @throws PARAMETER_INVALID naming the variable and an example */
export function readUpSettings(source: NodeJS.ProcessEnv = process.env): UpSettings {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0]);
    throw new AppError(
      'PARAMETER_INVALID',
      `${name}=${source[name]} is not usable. Example: ${name}=${examples[name]}`,
    );
  }
  const env = parsed.data;
  // dist/main.js or src/up/env.ts: both lie in apps/cli
  const root = env.LAUREL_ROOT ?? dirname(dirname(findUp(dirname(fileURLToPath(import.meta.url)), 'cli')));
  return {
    root,
    homeDir: resolve(env.LAUREL_HOME ?? join(root, '.laurel')),
    port: env.PORT,
    servePort: env.SERVE_PORT,
    url: env.LAUREL_URL ?? `http://localhost:${env.PORT}`,
    databaseUrl: env.DATABASE_URL ?? null,
    redisUrl: env.REDIS_URL ?? null,
    adminEmail: env.LAUREL_ADMIN_EMAIL,
    adminPassword: env.LAUREL_ADMIN_PASSWORD ?? null,
    workers: env.LAUREL_WORKERS,
    maxUploadMb: env.LAUREL_MAX_UPLOAD_MB,
    sample: env.LAUREL_SAMPLE === 'on',
    inherited: pick(source, [
      'PATH',
      'LANG',
      'LC_ALL',
      'TZ',
      'TMPDIR',
      'HOME',
      'NODE_EXTRA_CA_CERTS',
      'LAUREL_ALLOWED_HOSTS',
      'LAUREL_TRIAL_MEMORY_MB',
    ]),
  };
}

function findUp(from: string, folder: string): string {
  let dir = from;
  while (!dir.endsWith(`/${folder}`)) dir = dirname(dir);
  return dir;
}

function pick(source: NodeJS.ProcessEnv, names: string[]): NodeJS.ProcessEnv {
  const picked: NodeJS.ProcessEnv = {};
  for (const name of names) if (source[name] !== undefined) picked[name] = source[name];
  return picked;
}
