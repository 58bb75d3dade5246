'use client';
import { type ExperimentView, endedStatuses } from '@laurel/contracts';
import {
  ErrorState,
  formatPercent,
  formatScore,
  formatSeconds,
  Notice,
  Num,
  OfflineChip,
  ProgressBar,
  plural,
  Stat,
} from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import { useQueryClient } from '@tanstack/react-query';
import { Radio, ShieldAlert, TriangleAlert } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useMemo } from 'react';
import { isEnded, useLeaderboard, useTrials } from '@/client/queries/experiments.ts';
import { routes } from '@/client/routes.ts';
import { fromTrialViews, type RunState, type RunTrial } from '@/client/run-state.ts';
import { type StreamStatus, useRunStream } from '@/client/run-stream.ts';
import { useFamilyLabel } from '@/frame/context.tsx';
import { LeaderboardTable } from '../leaderboard/leaderboard-table.tsx';
import { ExperimentShell } from './experiment-shell.tsx';
import { Failures } from './failures.tsx';
import { runChart } from './run-chart.ts';
import { RunningNow } from './running-now.tsx';

/** An experiment while it runs, and after: the same page, drawn from the same log, so a reload changes nothing. */
export function Run({ experimentId }: { experimentId: string }) {
  return (
    <ExperimentShell experimentId={experimentId}>
      {(experiment) => <RunBody key={experiment.id} experiment={experiment} />}
    </ExperimentShell>
  );
}

function RunBody({ experiment }: { experiment: ExperimentView }) {
  const ended = isEnded(experiment);
  const { state, status } = useRunStream(experiment.id, !ended);
  useEndOfRun(experiment, state);
  const listed = useTrials(experiment.id, { enabled: ended });
  const trials = useMemo(
    () => (ended && listed.data ? fromTrialViews(listed.data) : [...state.trials.values()]),
    [ended, listed.data, state.trials],
  );
  const running = trials.filter((trial) => trial.status === 'running').sort((a, b) => a.number - b.number);
  const failed = trials.filter((trial) => trial.status === 'failed');
  return (
    <div className="flex flex-col gap-6">
      {experiment.error ? <ErrorState title="The experiment failed." failure={experiment.error} /> : null}
      <Progress experiment={experiment} stream={status} trials={trials} />
      <Notices experiment={experiment} />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(280px,340px)]">
        <BestSoFar experiment={experiment} trials={trials} state={state} />
        <RunningNow experiment={experiment} running={running} progress={state.progress} />
      </div>
      <Board experiment={experiment} />
      {failed.length > 0 ? <Failures experiment={experiment} failed={failed} total={trials.length} /> : null}
    </div>
  );
}

/** At the end, what was asked of the API before is out of date: ask again, once. */
function useEndOfRun(experiment: ExperimentView, state: RunState): void {
  const client = useQueryClient();
  const finished = state.status !== null && endedStatuses.includes(state.status);
  useEffect(() => {
    if (finished) void client.invalidateQueries({ queryKey: ['experiments', experiment.id] });
  }, [finished, client, experiment.id]);
}

function Progress({
  experiment,
  stream,
  trials,
}: {
  experiment: ExperimentView;
  stream: StreamStatus;
  trials: readonly RunTrial[];
}) {
  const { progress, metric } = experiment;
  const ended = isEnded(experiment);
  const done = trials.filter((trial) => trial.status === 'completed').length;
  const gain = gainOverBaseline(experiment);
  return (
    <section aria-label="Progress" className="flex flex-col gap-4">
      {ended ? null : (
        <div className="flex items-center gap-4">
          <ProgressBar
            value={experiment.status === 'queued' ? null : progress.fraction}
            label="Progress of the experiment"
          />
          <StreamChip stream={stream} />
        </div>
      )}
      <div className="grid grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-4" data-testid="run-stats">
        <Stat
          label={metric ? `Best ${metric.label}` : 'Best score'}
          value={<Num value={progress.bestScore} format={formatScore} reason="No model is finished yet" />}
          note={metric ? `${metric.higherIsBetter ? 'higher' : 'lower'} is better` : null}
        />
        <Stat
          label="Against the baseline"
          value={gain ? gain.words : '—'}
          note={progress.baselineScore === null ? 'not scored yet' : `baseline ${formatScore(progress.baselineScore)}`}
        />
        <Stat
          label="Models"
          value={Math.max(done, progress.trialsDone)}
          note={
            progress.trialsFailed > 0
              ? `${progress.trialsFailed} failed`
              : ended
                ? 'none failed'
                : `${progress.trialsRunning} in work`
          }
        />
        <Stat
          label={ended ? 'Time used' : 'Time left'}
          value={ended ? formatSeconds(progress.secondsSpent) : (formatSeconds(progress.etaSeconds) ?? '—')}
          note={
            progress.secondsBudget === null
              ? `${formatSeconds(progress.secondsSpent)} so far`
              : `of ${formatSeconds(progress.secondsBudget)}`
          }
        />
      </div>
    </section>
  );
}

/** How much better the best is than the baseline, in the metric's own direction. */
export function gainOverBaseline({
  progress,
  metric,
}: Pick<ExperimentView, 'progress' | 'metric'>): { words: string } | null {
  const { bestScore, baselineScore } = progress;
  if (bestScore === null || baselineScore === null || !metric) return null;
  const gain = metric.higherIsBetter ? bestScore - baselineScore : baselineScore - bestScore;
  if (Math.abs(gain) < 1e-12) return { words: 'the same' };
  // an error that shrinks is best said as a share; a score between 0 and 1 as a difference
  if (!metric.higherIsBetter && baselineScore > 0) {
    const percent = formatPercent(Math.abs(gain) / baselineScore);
    return { words: gain > 0 ? `${percent} lower` : `${percent} higher` };
  }
  return { words: `${gain > 0 ? '+' : '−'}${formatScore(Math.abs(gain))}` };
}

function StreamChip({ stream }: { stream: StreamStatus }) {
  if (stream === 'reconnecting') return <OfflineChip text="Reconnecting" />;
  return (
    <span role="status" className="inline-flex shrink-0 items-center gap-1.5 text-ink-2 text-small">
      <Radio aria-hidden className={stream === 'live' ? 'size-3.5 text-accent-text' : 'size-3.5 text-ink-3'} />
      {stream === 'live' ? 'Live' : stream === 'ended' ? 'Ended' : 'Connecting'}
    </span>
  );
}

function Notices({ experiment }: { experiment: ExperimentView }) {
  const leaks = experiment.plan?.excluded.filter((entry) => entry.code.startsWith('LEAK')) ?? [];
  const other = experiment.warnings.filter(
    (warning) => !warning.code.startsWith('LEAK') && !warning.code.startsWith('TRIAL'),
  );
  return (
    <>
      {leaks.length > 0 ? (
        <Notice tone="warn" icon={<ShieldAlert aria-hidden className="size-4 text-warn" />}>
          <details data-testid="leaks">
            <summary className="cursor-pointer rounded-sm">
              {leaks.length === 1 ? 'One column gives' : `${leaks.length} columns give`} the target away and{' '}
              {leaks.length === 1 ? 'was' : 'were'} left out:{' '}
              <span className="font-medium">{leaks.map((entry) => entry.column).join(', ')}</span>. Why?
            </summary>
            <ul className="mt-1.5 flex flex-col gap-1 text-ink-2">
              {reasonsOf(leaks).map(({ columns, reason }) => (
                <li key={reason}>
                  <bdi className="font-medium text-ink">{columns.join(', ')}</bdi>: {reason}
                </li>
              ))}
              <li>
                A model that sees such a column looks excellent here and fails where the answer is not known yet.{' '}
                <Link href={routes.newExperiment(experiment.datasetId, experiment.target)} className="link">
                  Start one that keeps them
                </Link>
              </li>
            </ul>
          </details>
        </Notice>
      ) : null}
      {other.map((warning) => (
        <Notice key={warning.message} tone="warn" icon={<TriangleAlert aria-hidden className="size-4 text-warn" />}>
          {warning.message}
        </Notice>
      ))}
    </>
  );
}

/** A reason that several columns share is said once. */
function reasonsOf(entries: readonly { column: string; reason: string }[]): { columns: string[]; reason: string }[] {
  const byReason = new Map<string, string[]>();
  for (const { column, reason } of entries) byReason.set(reason, [...(byReason.get(reason) ?? []), column]);
  return [...byReason].map(([reason, columns]) => ({ columns, reason }));
}

function BestSoFar({
  experiment,
  trials,
  state,
}: {
  experiment: ExperimentView;
  trials: readonly RunTrial[];
  state: RunState;
}) {
  const familyLabel = useFamilyLabel();
  const { metric, plan, progress } = experiment;
  const startedAtMs = experiment.startedAt ? Date.parse(experiment.startedAt) : state.startedAtMs;
  const endSeconds = isEnded(experiment) ? null : Math.max(progress.secondsBudget ?? 0, progress.secondsSpent);
  const spec = useMemo(
    () =>
      metric && startedAtMs !== null
        ? runChart({
            trials,
            startedAtMs,
            metric,
            baselineScore: progress.baselineScore,
            families: plan?.families ?? [],
            familyLabel,
            endSeconds,
          })
        : null,
    [metric, startedAtMs, trials, progress.baselineScore, plan?.families, familyLabel, endSeconds],
  );
  if (!spec || trials.every((trial) => trial.score === null)) {
    return (
      <div className="flex h-72 items-center justify-center rounded border border-line-strong border-dashed px-6 text-center text-ink-2">
        {isEnded(experiment)
          ? 'No model was finished in this run.'
          : experiment.status === 'queued'
            ? 'Waiting for a worker. The first score comes within seconds of the start.'
            : 'The first models are being fitted.'}
      </div>
    );
  }
  return <Chart spec={spec} />;
}

const shownRows = 10;

function Board({ experiment }: { experiment: ExperimentView }) {
  const board = useLeaderboard(experiment.id, { live: !isEnded(experiment) });
  const rows = board.data?.rows;
  if (!board.data || !rows || rows.length === 0) return null;
  return (
    <section aria-label="Leaderboard so far">
      <div className="mb-2 flex items-baseline justify-between gap-4">
        <h2 className="font-semibold text-heading">{isEnded(experiment) ? 'Best models' : 'Leading now'}</h2>
        <Link href={routes.leaderboard(experiment.id)} className="link">
          {rows.length > shownRows ? `All ${plural(rows.length, 'model')}` : 'Compare and promote'}
        </Link>
      </div>
      <LeaderboardTable board={{ ...board.data, rows: rows.slice(0, shownRows) }} compact />
    </section>
  );
}
