'use client';
import type { ExperimentView, GeneratedFeature, TrialView } from '@laurel/contracts';
import {
  Button,
  Card,
  ErrorState,
  FactTable,
  formatCount,
  formatInstant,
  formatScore,
  formatSeconds,
  Notice,
  Num,
  Skeleton,
  Status,
} from '@laurel/ui';
import { CircleX, SlidersHorizontal } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { asFailure } from '@/client/api.ts';
import { isEnded, useTrials } from '@/client/queries/experiments.ts';
import { routes } from '@/client/routes.ts';
import type { FamilyDetails } from '../families.ts';
import { valueWord } from '../new-experiment/hyperparameters.tsx';
import { ExperimentShell } from '../run/experiment-shell.tsx';
import { failureAdvice, settingsOfTrial } from './settings.ts';

/** One trial: what was fitted with which settings and features, how it went on each fold, and why it ended. */
export function TrialDetails({
  experimentId,
  number,
  families,
}: {
  experimentId: string;
  number: number;
  families: readonly FamilyDetails[];
}) {
  return (
    <ExperimentShell experimentId={experimentId}>
      {(experiment, editable) => (
        <Loaded experiment={experiment} number={number} families={families} editable={editable} />
      )}
    </ExperimentShell>
  );
}

interface LoadedProps {
  experiment: ExperimentView;
  number: number;
  families: readonly FamilyDetails[];
  editable: boolean;
}

function Loaded({ experiment, number, families, editable }: LoadedProps) {
  const trials = useTrials(experiment.id, { enabled: true, ...(isEnded(experiment) ? {} : { refetchMs: 2000 }) });
  if (trials.isError && !trials.data) {
    return (
      <ErrorState
        title="The trial could not be loaded."
        failure={asFailure(trials.error)}
        onRetry={() => void trials.refetch()}
      />
    );
  }
  if (!trials.data) return <Skeleton className="h-96" />;
  const trial = trials.data.find((candidate) => candidate.number === number);
  if (!trial) {
    return (
      <Notice>
        This experiment has no such trial.{' '}
        <Link href={routes.trials(experiment.id)} className="link">
          All its trials
        </Link>
      </Notice>
    );
  }
  const family = families.find(({ id }) => id === trial.family);
  const repeatable = editable && family !== undefined && !family.combines && !family.reference;
  return (
    <article className="flex flex-col gap-6" data-testid="trial-details">
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="wrap-anywhere font-semibold text-title">
            #{trial.number} {family?.label ?? trial.family}
          </h2>
          <p className="wrap-anywhere text-ink-2">{trial.name}</p>
        </div>
        <div className="flex flex-wrap gap-2">
          {trial.modelId ? <Button render={<Link href={routes.model(trial.modelId)} />}>Open its model</Button> : null}
          {repeatable ? (
            <Button
              icon={<SlidersHorizontal aria-hidden className="size-3.5" />}
              render={<Link href={routes.experimentLike(experiment, { trial: trial.number })} />}
            >
              Train again with edited settings
            </Button>
          ) : null}
        </div>
      </header>
      <Ending trial={trial} />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Facts trial={trial} experiment={experiment} />
        <Folds trial={trial} experiment={experiment} />
      </div>
      <Settings trial={trial} family={family} />
      <FeaturesOf trial={trial} experiment={experiment} editable={editable} />
    </article>
  );
}

/** Why it did not end as a whole fit. */
function Ending({ trial }: { trial: TrialView }) {
  if (trial.failure) {
    return (
      <Notice tone="danger" icon={<CircleX aria-hidden className="size-4 text-danger" />}>
        <p className="wrap-anywhere">{trial.failure.message}</p>
        <p className="mt-1 text-ink-2">{failureAdvice(trial.failure.kind)}</p>
      </Notice>
    );
  }
  return trial.stopReason ? <Notice>Stopped early: {trial.stopReason}</Notice> : null;
}

function Facts({ trial, experiment }: { trial: TrialView; experiment: ExperimentView }) {
  const rows: { name: string; value: ReactNode }[] = [
    { name: 'Status', value: <Status status={trial.status} /> },
    {
      name: experiment.metric?.label ?? 'Score',
      value: <Num value={trial.score} format={formatScore} reason="This trial has no score" />,
    },
    { name: 'Time', value: formatSeconds(trial.seconds) },
    { name: 'Memory at most', value: trial.peakMb === null ? '—' : `${formatCount(Math.round(trial.peakMb))} MB` },
    { name: 'Worker', value: trial.worker ?? 'not recorded' },
    { name: 'Attempts', value: trial.attempts },
    { name: 'Started', value: trial.startedAt ? formatInstant(Date.parse(trial.startedAt)) : '—' },
  ];
  if (typeof trial.rungRows === 'number') {
    rows.push({ name: 'Rows of a fold', value: `${formatCount(trial.rungRows)} at most, a first look` });
  }
  return (
    <Card title="What happened">
      <FactTable caption="Facts of the trial" rows={rows} />
    </Card>
  );
}

function Folds({ trial, experiment }: { trial: TrialView; experiment: ExperimentView }) {
  const scored = trial.foldScores.length;
  return (
    <Card title="Folds">
      {scored === 0 ? (
        <p className="text-ink-2">No fold was scored.</p>
      ) : (
        <>
          <FactTable
            caption="Score of each fold"
            rows={trial.foldScores.map((score, at) => ({
              name: `Fold ${at + 1}`,
              value: (
                <Num
                  value={score}
                  format={formatScore}
                  reason={`This fold has no ${experiment.metric?.label ?? 'score'}`}
                />
              ),
            }))}
          />
          {trial.seconds !== null ? (
            <p className="mt-2 text-ink-2 text-small">{formatSeconds(trial.seconds / scored)} a fold on average</p>
          ) : null}
        </>
      )}
    </Card>
  );
}

function Settings({ trial, family }: { trial: TrialView; family: FamilyDetails | undefined }) {
  const settings = settingsOfTrial(trial, family);
  if (settings.length === 0) return null;
  const changed = settings.filter(({ differs }) => differs).length;
  return (
    <Card title="Settings">
      <p className="mb-2 text-ink-2">
        {changed === 0 ? 'All at the default.' : `${changed} of ${settings.length} differ from the default.`}
      </p>
      <FactTable
        caption="Settings of the trial"
        rows={settings.map(({ name, label, value, preset, differs }) => ({
          name: <span title={name}>{label}</span>,
          value: differs ? (
            <span>
              <strong className="font-semibold">{valueWord(value)}</strong>
              {preset === undefined ? null : <span className="text-ink-2"> (default {valueWord(preset)})</span>}
            </span>
          ) : (
            valueWord(value)
          ),
        }))}
      />
    </Card>
  );
}

function FeaturesOf({
  trial,
  experiment,
  editable,
}: {
  trial: TrialView;
  experiment: ExperimentView;
  editable: boolean;
}) {
  const made = trial.generatedFeatures ?? [];
  const used = experiment.plan?.features ?? [];
  return (
    <Card title="Features">
      <p className="wrap-anywhere text-ink-2">
        {used.length === 0 ? 'The columns of the plan.' : `Columns: ${used.map(({ column }) => column).join(', ')}`}
      </p>
      {made.length === 0 ? (
        <p className="mt-2 text-ink-2">No features were made of them.</p>
      ) : (
        <ul className="mt-3 flex flex-col" aria-label="Features made of the columns">
          {made.map((feature) => (
            <Made key={feature.name} feature={feature} experiment={experiment} editable={editable} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Made({
  feature,
  experiment,
  editable,
}: {
  feature: GeneratedFeature;
  experiment: ExperimentView;
  editable: boolean;
}) {
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 border-line border-t py-2">
      <div className="min-w-0">
        <bdi className="wrap-anywhere font-medium">{feature.name}</bdi>
        <p className="wrap-anywhere text-ink-2">
          {feature.how} <span className="text-small">from {feature.from.join(', ')}</span>
        </p>
      </div>
      {editable ? (
        <Link href={routes.experimentLike(experiment, { drop: feature.name })} className="link shrink-0 text-small">
          Do not make this feature again
        </Link>
      ) : null}
    </li>
  );
}
