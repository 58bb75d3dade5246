/** What one tool did on one fold. */
export interface RunResult {
  metric: string;
  score: number;
  /** as the tool counts its own fit: without the start of its process where it is a peer */
  fitSeconds: number;
  /** from the start of the process to its end, reading and predicting included */
  wallSeconds: number;
  predictSeconds: number;
  peakMb: number;
  /** more to know, such as the winning model */
  details?: Record<string, unknown>;
}

/** Share of the processors that others may use just before a run for the machine to count as quiet. */
export const quietShare = 0.1;

/** Identity of a measurement: what has a line with all of these is not measured again. */
export interface RunKey {
  tool: string;
  dataset: string;
  fold: number;
  budget: number;
  machine: string;
  /** of ours the commit that was measured, of a peer its packages and their versions */
  code: string;
}

/** One line of bench/results/quality.jsonl. */
export interface QualityLine extends RunKey, RunResult {
  versions: Record<string, string>;
  /** share of the processors at work just before the run: over `quietShare` others were, and the line is no fair one */
  busyBefore?: number;
  /** in the first lines instead: load over the minute before, which holds the run before too; up to 1 was quiet */
  loadBefore?: number;
  date: string;
}

export const keyOf = ({ tool, dataset, fold, budget, machine, code }: RunKey): string =>
  JSON.stringify([tool, dataset, fold, budget, machine, code]);
