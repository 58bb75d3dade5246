import { resolve } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  LAUREL_HOME: z.string().min(1).default('.laurel'),
  SERVE_PORT: z.coerce.number().int().min(1).max(65_535).default(3001),
  LAUREL_HOST: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(1).max(65_535).default(3000),
  LAUREL_URL: z.url({ protocol: /^https?$/ }).optional(),
  LAUREL_INTERNAL_TOKEN: z.string().min(32),
  LAUREL_MAX_UPLOAD_MB: z.coerce.number().positive().default(2048),
});

const examples: Record<keyof z.infer<typeof schema>, string> = {
  DATABASE_URL: 'postgresql://laurel:secret@127.0.0.1:5432/laurel',
  LAUREL_HOME: './.laurel',
  SERVE_PORT: '3001',
  LAUREL_HOST: '127.0.0.1',
  PORT: '3000',
  LAUREL_URL: 'https://laurel.example.org',
  LAUREL_INTERNAL_TOKEN: 'a random text of at least 32 characters; the launcher makes one',
  LAUREL_MAX_UPLOAD_MB: '2048',
};

export interface ServeEnv {
  databaseUrl: string;
  /** absolute path of the data directory */
  home: string;
  /** address to listen on: the loopback, unless a container publishes the port */
  host: string;
  port: number;
  /** origin of the dashboard, for messages */
  publicOrigin: string;
  internalToken: string;
  maxUploadBytes: number;
}

/** The environment, checked. Throws an error that names each wrong variable and gives an example. */
export function serveEnv(source: Record<string, string | undefined> = process.env): ServeEnv {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]) as keyof typeof examples;
      return `  ${name}: ${issue.message}. Example: ${name}=${examples[name]}`;
    });
    throw new Error(`The environment of the prediction server is not complete:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  return {
    databaseUrl: env.DATABASE_URL,
    home: resolve(env.LAUREL_HOME),
    host: env.LAUREL_HOST,
    port: env.SERVE_PORT,
    publicOrigin: new URL(env.LAUREL_URL ?? `http://localhost:${env.PORT}`).origin,
    internalToken: env.LAUREL_INTERNAL_TOKEN,
    maxUploadBytes: Math.floor(env.LAUREL_MAX_UPLOAD_MB * 1024 * 1024),
  };
}
