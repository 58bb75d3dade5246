import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);
const schema = z.object({
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().optional(),
  LAUREL_HOME: z.string().min(1).default('.laurel'),
  PORT: port.default(3000),
  SERVE_PORT: port.default(3001),
  LAUREL_SERVE_URL: z.url({ protocol: /^https?$/ }).optional(),
  LAUREL_URL: z.url({ protocol: /^https?$/ }).optional(),
  LAUREL_ALLOWED_HOSTS: z.string().default(''),
  LAUREL_INTERNAL_TOKEN: z.string().min(32),
  LAUREL_AUTH_SECRET: z.string().min(32),
  LAUREL_MAX_UPLOAD_MB: z.coerce.number().positive().default(2048),
  LAUREL_VERSION: z.string().default('0.1.0'),
});

const examples: Record<keyof z.infer<typeof schema>, string> = {
  DATABASE_URL: 'postgresql://laurel:secret@127.0.0.1:5432/laurel',
  REDIS_URL: 'redis://:secret@127.0.0.1:6379',
  LAUREL_HOME: './.laurel',
  PORT: '3000',
  SERVE_PORT: '3001',
  LAUREL_SERVE_URL: 'http://serve:3001',
  LAUREL_URL: 'https://laurel.example.org',
  LAUREL_ALLOWED_HOSTS: 'laurel.internal,10.0.0.5:3000',
  LAUREL_INTERNAL_TOKEN: 'a random text of at least 32 characters; the launcher makes one',
  LAUREL_AUTH_SECRET: 'a random text of at least 32 characters; the launcher makes one',
  LAUREL_MAX_UPLOAD_MB: '2048',
  LAUREL_VERSION: '0.1.0',
};

export interface WebEnv {
  databaseUrl: string;
  redisUrl: string | null;
  /** the data directory, as given; no path is resolved here, because Next also compiles this file for its edge runtime */
  home: string;
  /** origin that people use, e.g. `http://localhost:3000`, without a trailing slash */
  publicOrigin: string;
  /** hosts besides the public one and the loopback names that the server answers to */
  allowedHosts: string[];
  /** the prediction server as web reaches it: the loopback, or another container */
  serveUrl: string;
  internalToken: string;
  authSecret: string;
  maxUploadBytes: number;
  version: string;
}

let cached: WebEnv | undefined;

/** The environment, read and checked once. Throws an error that names each wrong variable and gives an example. */
export function webEnv(): WebEnv {
  cached ??= parseEnv(process.env);
  return cached;
}

/** Pure form of `webEnv`. */
export function parseEnv(source: Record<string, string | undefined>): WebEnv {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]) as keyof typeof examples;
      return `  ${name}: ${issue.message}. Example: ${name}=${examples[name]}`;
    });
    throw new Error(`The environment of the web server is not complete:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL ?? null,
    home: env.LAUREL_HOME,
    publicOrigin: new URL(env.LAUREL_URL ?? `http://localhost:${env.PORT}`).origin,
    allowedHosts: env.LAUREL_ALLOWED_HOSTS.split(',')
      .map((host) => host.trim().toLowerCase())
      .filter(Boolean),
    serveUrl: env.LAUREL_SERVE_URL ? new URL(env.LAUREL_SERVE_URL).origin : `http://127.0.0.1:${env.SERVE_PORT}`,
    internalToken: env.LAUREL_INTERNAL_TOKEN,
    authSecret: env.LAUREL_AUTH_SECRET,
    maxUploadBytes: Math.floor(env.LAUREL_MAX_UPLOAD_MB * 1024 * 1024),
    version: env.LAUREL_VERSION,
  };
}

/** What proxy.ts needs; the rest of the environment may still be missing when a page is refused. */
export function pagePolicy(): { publicOrigin: string; allowedHosts: string[] } {
  const { publicOrigin, allowedHosts } = webEnv();
  return { publicOrigin, allowedHosts };
}

/** `next dev`: its overlay needs looser rules for scripts and styles. */
export function development(): boolean {
  return process.env.NODE_ENV === 'development';
}
