import { z } from 'zod';

/** The fields of automl/study's state that this package reads; the rest is opaque. */
const studyState = z.object({
  status: z.string().optional().catch(undefined),
  phase: z.string().optional().catch(undefined),
  stopping: z.string().optional().catch(undefined),
  idleMs: z.number().default(0),
  pausedMs: z.number().default(0),
  pausedAtMs: z.number().nullable().default(null),
  strategy: z.object({ id: z.string() }).nullable().catch(null).default(null),
  warnings: z
    .array(z.object({ code: z.string(), message: z.string() }))
    .catch([])
    .default([]),
  plan: z
    .object({
      budget: z.object({ seconds: z.number().nullable(), trials: z.number().nullable() }),
      sentences: z.array(z.string()).optional(),
    })
    .nullable()
    .catch(null)
    .default(null),
});
export type StudyFacts = z.infer<typeof studyState>;

const unknown: StudyFacts = studyState.parse({});

/** What is known of a study; of none at all nothing has passed. */
export function studyFacts(study: unknown): StudyFacts {
  const parsed = studyState.safeParse(study);
  return parsed.success ? parsed.data : unknown;
}

/** A person's command that waits for the next step of the study. Times are the database's. */
export const waitingCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('finish'), atMs: z.number().optional() }),
  z.object({ type: z.literal('pause'), atMs: z.number() }),
  z.object({ type: z.literal('resume'), atMs: z.number() }),
  z.object({
    type: z.literal('extend'),
    atMs: z.number(),
    seconds: z.number().optional(),
    trials: z.number().optional(),
  }),
]);
export type WaitingCommand = z.infer<typeof waitingCommand>;

/** Milliseconds since the start that do not count: no worker was alive, or it was paused. */
export function uncountedMs(study: unknown, commands: unknown, nowMs: number): number {
  const facts = studyFacts(study);
  let pausedAtMs = facts.pausedAtMs;
  let paused = facts.pausedMs;
  for (const command of z.array(waitingCommand).parse(commands)) {
    if (command.type === 'pause') pausedAtMs ??= command.atMs;
    if (command.type !== 'resume' || pausedAtMs === null) continue;
    paused += Math.max(0, command.atMs - pausedAtMs);
    pausedAtMs = null;
  }
  return facts.idleMs + paused + (pausedAtMs === null ? 0 : Math.max(0, nowMs - pausedAtMs));
}
