import { type EngineEvent, familyOf, type StudyState } from '@laurel/automl';
import { boardLines, rankTrials, score } from './board.ts';
import type { CompletedTrial, PreparedSummary } from './protocol.ts';

const drawEveryMs = 150;
const boardRows = 8;
const barWidth = 32;

export interface ProgressOptions {
  out: NodeJS.WriteStream;
  prepared: PreparedSummary;
  higherIsBetter: boolean;
  now: () => number;
}

/**
 * Shows a run on standard error. On a terminal: a bar, what runs and the leaderboard, redrawn in place; elsewhere
 * one line per finished trial, so that a log stays readable.
 */
export class Progress {
  private readonly options: ProgressOptions;
  private readonly live: boolean;
  private readonly trials = new Map<number, CompletedTrial>();
  private readonly folds = new Map<number, string>();
  private readonly reported = new Set<number>();
  private state: StudyState | null = null;
  private timer: NodeJS.Timeout | null = null;
  private drawnLines = 0;

  constructor(options: ProgressOptions) {
    this.options = options;
    this.live = options.out.isTTY === true;
    if (this.live) this.timer = setInterval(() => this.draw(), drawEveryMs);
  }

  completed(number: number, trial: CompletedTrial): void {
    this.trials.set(number, trial);
  }

  event(number: number, event: EngineEvent): void {
    if (event.type === 'fold-started') this.folds.set(number, `fold ${event.fold + 1} of ${event.folds}`);
  }

  update(state: StudyState): void {
    this.state = state;
    if (!this.live) this.report(state);
  }

  /** Takes the drawing away; the last words follow. */
  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    this.erase();
  }

  private report(state: StudyState): void {
    for (const trial of state.trials) {
      const isFinished = trial.status === 'completed' || trial.status === 'pruned' || trial.status === 'failed';
      if (this.reported.has(trial.number) || !isFinished) continue;
      this.reported.add(trial.number);
      const name = this.trials.get(trial.number)?.name ?? familyOf(trial.family).label;
      const result =
        trial.status === 'pruned'
          ? (trial.stopReason ?? 'Given up.')
          : trial.score === null
            ? `failed: ${trial.failure?.message ?? ''}`
            : score(trial.score);
      const seconds = `${(this.options.now() / 1000).toFixed(1)} s`;
      this.options.out.write(`${seconds.padStart(8)}  #${trial.number} ${name}: ${result}\n`);
    }
  }

  private draw(): void {
    if (!this.state) return;
    const width = Math.max(40, (this.options.out.columns ?? 100) - 1);
    const rows = rankTrials(this.state, this.trials, this.options.higherIsBetter);
    const running = this.state.trials
      .filter((trial) => trial.status === 'running')
      .map((trial) => {
        const fold = this.folds.get(trial.number);
        return `${familyOf(trial.family).label}${fold ? ` (${fold})` : ''}`;
      });
    const lines = [
      this.bar(this.state),
      running.length > 0 ? `Training: ${running.join(', ')}` : 'Waiting for the next model',
      '',
      ...(rows.length > 0 ? boardLines(rows, boardRows, width) : []),
    ].map((line) => line.slice(0, width));
    this.erase();
    this.options.out.write(`${lines.join('\n')}\n`);
    this.drawnLines = lines.length;
  }

  private erase(): void {
    if (this.drawnLines > 0) this.options.out.write(`\u001b[${this.drawnLines}A\u001b[0J`);
    this.drawnLines = 0;
  }

  private bar(state: StudyState): string {
    const { seconds, trials } = state.plan.budget;
    const done = state.trials.filter((trial) => trial.status === 'completed').length;
    const spent = this.options.now() / 1000;
    const share = Math.min(1, seconds === null ? done / Math.max(1, trials ?? 1) : spent / seconds);
    const filled = Math.round(share * barWidth);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
    const of = seconds === null ? `${done} of ${trials} models` : `${spent.toFixed(0)} of ${seconds} s, ${done} models`;
    return `${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${of}`;
  }
}
