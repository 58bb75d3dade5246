'use client';
import type { ExperimentView } from '@laurel/contracts';
import { Sparkline } from '@laurel/ui';
import { isEnded } from '@/client/queries/experiments.ts';
import type { RunTrial, TrialProgress } from '@/client/run-state.ts';
import { useFamilyLabel } from '@/frame/context.tsx';

/** What is being fitted at this moment, with its learning curve as it grows. */
export function RunningNow({
  experiment,
  running,
  progress,
}: {
  experiment: ExperimentView;
  running: readonly RunTrial[];
  progress: ReadonlyMap<string, TrialProgress>;
}) {
  const familyLabel = useFamilyLabel();
  if (isEnded(experiment)) return <Ended experiment={experiment} />;
  const families = experiment.plan?.families ?? [];
  return (
    <section aria-label="What runs now" className="flex flex-col gap-2">
      <h2 className="font-semibold text-body">Now</h2>
      {running.length === 0 ? (
        <p className="rounded border border-line-strong border-dashed px-4 py-6 text-center text-ink-2">
          {experiment.status === 'queued'
            ? 'Queued. It starts when a worker is free.'
            : experiment.status === 'paused'
              ? 'Paused. Nothing is trained and no time counts until you resume.'
              : experiment.status === 'finishing'
                ? 'Choosing the winner and writing the results.'
                : 'The next models are on their way to a worker.'}
        </p>
      ) : null}
      <ul className="flex flex-col gap-2" data-testid="running-now">
        {running.map((trial) => {
          const now = progress.get(trial.trialId);
          const index = families.indexOf(trial.family);
          return (
            <li key={trial.trialId} className="rounded border border-line bg-surface p-3">
              <div className="flex items-baseline justify-between gap-3">
                <p className="min-w-0 truncate font-medium">{familyLabel(trial.family)}</p>
                <p className="shrink-0 text-ink-2 text-small tabular-nums">
                  #{trial.number}
                  {now && now.folds > 1 ? ` · fold ${Math.min(now.fold + 1, now.folds)} of ${now.folds}` : ''}
                </p>
              </div>
              {now?.worker ? <p className="truncate text-ink-2 text-small">worker {now.worker}</p> : null}
              {trial.name === trial.family ? null : (
                <p className="truncate text-ink-2 text-small" title={trial.name}>
                  {trial.name}
                </p>
              )}
              <div className="mt-2 h-10">
                {now && now.curve.length > 1 ? (
                  <Sparkline
                    className="h-10 w-full"
                    points={now.curve}
                    seriesIndex={Math.max(0, index)}
                    label={`Validation score of trial ${trial.number}, ${now.curve.length} points, now ${now.curve.at(-1)![1].toPrecision(4)}`}
                  />
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Ended({ experiment }: { experiment: ExperimentView }) {
  const words: Record<string, string> = {
    completed: 'The run is complete. The leaderboard holds every model; the plan says how they were compared.',
    cancelled: 'The run was cancelled. What was finished before stays to be looked at; there is no winner.',
    failed: 'The run failed before it could choose a winner.',
  };
  return (
    <section aria-label="What happened" className="flex flex-col gap-2">
      <h2 className="font-semibold text-body">What happened</h2>
      <p className="text-ink-2">{words[experiment.status]}</p>
      <ul className="flex flex-col gap-1.5 text-ink-2">
        {experiment.plan?.sentences.map((sentence) => (
          <li key={sentence} className="wrap-anywhere border-line border-t pt-1.5">
            {sentence}
          </li>
        ))}
      </ul>
    </section>
  );
}
