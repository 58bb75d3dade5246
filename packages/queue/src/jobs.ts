import { z } from 'zod';

/**
 * Every background job. A payload holds ids only: the truth is in the database, the queue merely says where to
 * look, so that a job which is delivered twice, late, or to another version does no harm, and no data lies about.
 */
export const jobs = {
  'profile-dataset': {
    payload: z.strictObject({ datasetId: z.string() }),
    // a file that kills its reader does so again; the retries are for a restart of the database or the worker
    attempts: 4,
    backoffMs: 1000,
    // one at a time: a large file may take 1.5 GB while it is read
    concurrency: () => 1,
  },
  'prepare-experiment': {
    payload: z.strictObject({ experimentId: z.string() }),
    attempts: 4,
    backoffMs: 1000,
    // two, so that an experiment on a small table does not wait for that on a large one
    concurrency: () => 2,
  },
  'run-trial': {
    payload: z.strictObject({ trialId: z.string() }),
    // lost children are counted in the database, per trial; here only errors around a trial are tried again
    attempts: 6,
    backoffMs: 500,
    concurrency: (slots: number) => slots,
  },
  // once in every tenth of a budget; one that is lost is left out, the next one knows more
  'select-models': {
    payload: z.strictObject({ experimentId: z.string() }),
    attempts: 1,
    backoffMs: 0,
    concurrency: () => 1,
  },
  // a person asked for a new model of an old one; what goes wrong in the fit does so again
  'refit-model': {
    payload: z.strictObject({ jobId: z.string() }),
    attempts: 3,
    backoffMs: 1000,
    concurrency: () => 1,
  },
  // a person asked for something: the study is told at once, also where no trial runs that would bring its next step
  'step-study': {
    payload: z.strictObject({ experimentId: z.string() }),
    attempts: 4,
    backoffMs: 500,
    concurrency: () => 1,
  },
  reconcile: {
    payload: z.strictObject({}),
    // the next one comes by itself
    attempts: 1,
    backoffMs: 0,
    concurrency: () => 1,
    everyMs: 30_000,
  },
} as const satisfies Record<string, JobDefinition>;

export interface JobDefinition {
  payload: z.ZodType;
  /** runs at most, counting the first; errors that are not `retryable` end it at once */
  attempts: number;
  /** wait before the second run; doubles with each */
  backoffMs: number;
  /** jobs of this name that one worker runs at a time, given its number of child processes */
  concurrency: (slots: number) => number;
  /** scheduled: one job at this distance, whatever the number of workers */
  everyMs?: number;
}

export type JobName = keyof typeof jobs;
export type JobPayload<N extends JobName> = z.infer<(typeof jobs)[N]['payload']>;
export const jobNames = Object.keys(jobs) as JobName[];

export function isJobName(name: string): name is JobName {
  return Object.hasOwn(jobs, name);
}

/** Finished jobs are only of interest when something is being looked into; the bound keeps a backend small. */
export const retention = { completed: { count: 200 }, failed: { count: 500 } } as const;
