import type { SerialisedError } from '@laurel/contracts';

/** A model that a task needs. The bytes are sent only when the thread does not hold it yet. */
export interface ArtifactRef {
  sha256: string;
}

/** task name -> input and output. Inputs name local files; outputs are plain data, arrays are handed over. */
export interface TaskShape {
  input: unknown;
  output: unknown;
}

export interface ToThread {
  id: number;
  task: string;
  input: unknown;
  /** models of this task that the thread said it does not hold */
  artifacts: { sha256: string; bytes: Uint8Array }[];
}

export type FromThread =
  | { id: number; ok: true; output: unknown }
  | { id: number; ok: false; error: SerialisedError }
  /** not started: these models are needed first */
  | { id: number; needs: string[] };
