import type { SerialisedError } from '@laurel/contracts';

/** Kinds of request that a child answers, each with its request, its result and the events on the way. */
export type Protocol = Record<string, { request: object; result: unknown; event: unknown }>;

export type RequestOf<P extends Protocol, K extends keyof P & string> = { kind: K } & P[K]['request'];

/** From the pool to a child. */
export type ToChild =
  | { type: 'run'; id: number; request: { kind: string }; limitMb: number }
  | { type: 'stop'; id: number };

/** From a child to the pool. `rssMb` is taken when the answer is ready, so that a short peak is not missed. */
export type FromChild =
  | { type: 'ready' }
  | { type: 'event'; id: number; event: unknown }
  | { type: 'done'; id: number; result: unknown; rssMb: number }
  | { type: 'error'; id: number; error: SerialisedError; outOfMemory: boolean; rssMb: number };

/** Why a run gave no result. `message` is for people. */
export type PoolFailure =
  /** the process died: by a signal, or with an exit code */
  | { kind: 'crash'; message: string; signal: string | null; exitCode: number | null }
  | { kind: 'oom'; message: string; limitMb: number; reachedMb: number }
  | { kind: 'timeout'; message: string; afterMs: number }
  | { kind: 'cancelled'; message: string }
  /** the request was refused or went wrong; the process is fine */
  | { kind: 'error'; message: string; error: SerialisedError };

export type Outcome<T> = { seconds: number; peakMb: number } & (
  | { status: 'completed'; result: T }
  | { status: 'failed'; failure: PoolFailure }
);
