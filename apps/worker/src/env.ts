import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  LAUREL_HOME: z.string().min(1).default('.laurel'),
  LAUREL_WORKERS: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  LAUREL_TRIAL_MEMORY_MB: z.coerce.number().int().min(256).optional(),
});

const examples: Record<keyof z.infer<typeof schema>, string> = {
  DATABASE_URL: 'postgresql://laurel:secret@127.0.0.1:5432/laurel',
  REDIS_URL: 'redis://127.0.0.1:6379',
  LAUREL_HOME: './.laurel',
  LAUREL_WORKERS: '2',
  LAUREL_TRIAL_MEMORY_MB: '4096',
};

export interface WorkerEnv {
  databaseUrl: string;
  /** null: jobs are kept in PostgreSQL too */
  redisUrl: string | null;
  /** absolute path of the data directory */
  home: string;
  /** trials that run at the same time, each in its own process */
  slots: number;
  /** resident memory at which the process of a trial is ended */
  trialMemoryMb: number;
  /** for PATH and locale of child processes; nothing else of it is handed on */
  processEnv: NodeJS.ProcessEnv;
}

/** The environment, checked. Throws an error that names each wrong variable and gives an example. */
export function workerEnv(source: NodeJS.ProcessEnv = process.env): WorkerEnv {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]) as keyof typeof examples;
      return `  ${name}: ${issue.message}. Example: ${name}=${examples[name]}`;
    });
    throw new Error(`The environment of the worker is not complete:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  return {
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL ?? null,
    home: resolve(env.LAUREL_HOME),
    slots: env.LAUREL_WORKERS,
    trialMemoryMb: env.LAUREL_TRIAL_MEMORY_MB ?? memoryShareMb(env.LAUREL_WORKERS),
    processEnv: source,
  };
}

const mostMb = 8192;
const leastMb = 512;

/** Seven tenths of the memory, shared by the slots; a container's limit counts as the memory. */
function memoryShareMb(slots: number): number {
  const limit = process.constrainedMemory?.() ?? 0;
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.round(Math.max(leastMb, Math.min(mostMb, (bytes / 1_048_576) * (0.7 / slots))));
}
