import { z } from 'zod';
import { experimentStatus, trialFailure, trialStatus } from './experiment.ts';

/**
 * What happens in an experiment, in commit order. `id` counts per experiment from 1 without a gap, so it is the
 * cursor of the event stream (`Last-Event-ID`) and a reload replays to the same state.
 */
export const runEventData = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), status: experimentStatus, message: z.string().nullable() }),
  z.object({ type: z.literal('plan'), sentences: z.array(z.string()) }),
  z.object({
    type: z.literal('trial'),
    trialId: z.string(),
    number: z.number().int(),
    family: z.string(),
    name: z.string(),
    status: trialStatus,
    score: z.number().nullable(),
    modelId: z.string().nullable(),
    failure: trialFailure.nullable(),
    stopReason: z.string().nullable().optional(),
    worker: z.string().nullable().optional(),
  }),
  /** live, within a running trial; the newest of a trial replaces the ones before */
  z.object({
    type: z.literal('trial-progress'),
    trialId: z.string(),
    fold: z.number().int(),
    folds: z.number().int(),
    worker: z.string(),
    /** validation score per iteration so far, thinned to at most 60 points */
    curve: z.array(z.tuple([z.number(), z.number()])),
  }),
  z.object({ type: z.literal('best'), modelId: z.string(), score: z.number(), baselineScore: z.number().nullable() }),
]);
export type RunEventData = z.infer<typeof runEventData>;
export type RunEvent = { id: number; at: string; experimentId: string } & RunEventData;
