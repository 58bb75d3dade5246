import { z } from 'zod';
import { parseOptions } from './dataset.ts';
import { experimentPlan, experimentStatus, trialFailure, trialStatus } from './experiment.ts';

/** What a fit decided by the clock, in the family's own terms: enough to fit the same model again without a clock. */
export const clockDecisions = z.record(z.string(), z.union([z.number(), z.array(z.number())]));
export type ClockDecisions = z.infer<typeof clockDecisions>;

/** How one fold of a trial was fitted. */
export const foldFit = z.object({
  repeat: z.number().int(),
  fold: z.number().int(),
  /** training rows that were used; fewer than the fold has where time or a rung allowed no more */
  rows: z.number().int(),
  /** trees, epochs or steps of the model that was kept */
  iterations: z.number().int(),
  seconds: z.number(),
  /** the deadline ended it, or left rows out */
  truncated: z.boolean(),
  /** null: the clock took no part */
  decided: clockDecisions.nullable(),
});
export type FoldFit = z.infer<typeof foldFit>;

/** The program that ran an experiment: with the same one, the same numbers come out. */
export const engineVersions = z.object({
  laurel: z.string(),
  node: z.string(),
  platform: z.string(),
  /** what networks ran on: tensorflow, wasm or cpu; null where none was trained */
  backend: z.string().nullable(),
  /** sha256 of the WebAssembly modules of our own, by name */
  kernels: z.record(z.string(), z.string()),
});
export type EngineVersions = z.infer<typeof engineVersions>;

/** How a trial was run beside its result: stored with it, and part of the manifest. */
export const trialRun = z.object({
  fits: z.array(foldFit),
  /** resident memory at which its process would have been ended: large fits make do with less */
  memoryLimitBytes: z.number().nullable(),
  node: z.string(),
  backend: z.string().nullable(),
});
export type TrialRun = z.infer<typeof trialRun>;

export const manifestTrial = z.object({
  number: z.number().int(),
  kind: z.enum(['model', 'ensemble']),
  family: z.string(),
  name: z.string(),
  config: z.record(z.string(), z.unknown()),
  seed: z.number(),
  /** training rows of a fold at most; null: all */
  rungRows: z.number().int().nullable(),
  /** what it was given; 1,000,000,000 and more is no limit */
  capMs: z.number(),
  status: trialStatus,
  score: z.number().nullable(),
  seconds: z.number().nullable(),
  peakMb: z.number().nullable(),
  worker: z.string().nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  stopReason: z.string().nullable(),
  failure: trialFailure.nullable(),
  run: trialRun.nullable(),
  /** of an ensemble */
  members: z.array(z.object({ trialNumber: z.number().int(), weight: z.number() })),
  predictMsPerRow: z.number().nullable(),
  artifactSha256: z.string().nullable(),
});
export type ManifestTrial = z.infer<typeof manifestTrial>;

/**
 * Everything that made the models of an experiment: data, split, program, plan, and of every trial what was proposed
 * and how far it got. `laurel replay` trains them again from it.
 */
export const experimentManifest = z.object({
  schemaVersion: z.literal(1),
  experimentId: z.string().nullable(),
  status: experimentStatus,
  data: z.object({
    name: z.string(),
    sha256: z.string(),
    /** how the file was read */
    parse: parseOptions.nullable(),
  }),
  splitSha256: z.string(),
  engine: engineVersions,
  seed: z.number(),
  strategy: z.string(),
  plan: experimentPlan,
  winner: z.number().int().nullable(),
  trials: z.array(manifestTrial),
});
export type ExperimentManifest = z.infer<typeof experimentManifest>;
