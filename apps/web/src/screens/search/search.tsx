'use client';
import { type ImportanceOfParameters, parallelCoordinates, parameterImportance } from '@laurel/automl/insight';
import type { ExperimentView, TrialView } from '@laurel/contracts';
import { Card, EmptyState, ErrorState, plural, Segmented, Select, Skeleton } from '@laurel/ui';
import { Chart, ParallelChart, TimelineChart } from '@laurel/ui/charts';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { isEnded, useTrials } from '@/client/queries/experiments.ts';
import { routes } from '@/client/routes.ts';
import type { FamilyDetails } from '../families.ts';
import { valueWord } from '../new-experiment/hyperparameters.tsx';
import { ExperimentShell } from '../run/experiment-shell.tsx';
import { type Along, historySpec, importanceSpec, parallelChart, timelineLanes } from './specs.ts';

/** The search to be watched: what was tried, what it found, which settings matter, and who worked on it. */
export function Search({ experimentId, families }: { experimentId: string; families: readonly FamilyDetails[] }) {
  return (
    <ExperimentShell experimentId={experimentId}>
      {(experiment) => <SearchBody experiment={experiment} families={families} />}
    </ExperimentShell>
  );
}

function SearchBody({ experiment, families }: { experiment: ExperimentView; families: readonly FamilyDetails[] }) {
  const trials = useTrials(experiment.id, {
    enabled: true,
    ...(isEnded(experiment) ? {} : { refetchMs: 2000 }),
  });
  if (trials.isError && !trials.data) {
    return (
      <ErrorState
        title="The trials could not be loaded."
        failure={asFailure(trials.error)}
        onRetry={() => void trials.refetch()}
      />
    );
  }
  if (!trials.data) return <Skeleton className="h-96" />;
  if (trials.data.every((trial) => trial.startedAt === null)) {
    return (
      <EmptyState title="Nothing was tried yet">
        The charts of the search begin with the first trial, a few seconds after the start.
      </EmptyState>
    );
  }
  return <Charts experiment={experiment} trials={trials.data} families={families} updatedAt={trials.dataUpdatedAt} />;
}

interface ChartsProps {
  experiment: ExperimentView;
  trials: readonly TrialView[];
  families: readonly FamilyDetails[];
}

function Charts({ updatedAt, ...input }: ChartsProps & { updatedAt: number }) {
  const { experiment, trials, families } = input;
  const [along, setAlong] = useState<Along>('time');
  const router = useRouter();
  const open = (number: string) => router.push(routes.trial(experiment.id, Number(number)));
  const history = useMemo(
    () => historySpec({ experiment, trials, families }, along),
    [experiment, trials, families, along],
  );
  const lanes = useMemo(
    () => timelineLanes({ experiment, trials, families }, updatedAt),
    [experiment, trials, families, updatedAt],
  );
  return (
    <div className="flex flex-col gap-6">
      <Card>
        <Chart
          spec={history}
          onPick={(stop) => {
            const number = /^#(\d+) /.exec(stop.title)?.[1];
            if (number) open(number);
          }}
          controls={
            <Segmented
              label="Along"
              value={along}
              onChange={setAlong}
              options={[
                { value: 'time', label: 'Time' },
                { value: 'number', label: 'Number' },
              ]}
            />
          }
        />
      </Card>
      <Parallel {...input} onOpen={open} />
      <Importance {...input} />
      <Card>
        <TimelineChart
          id="timeline"
          title="Timeline by worker"
          note="A row for each worker and slot; a bar for each trial, in the colour of its family."
          lanes={lanes}
          onOpen={open}
        />
      </Card>
    </div>
  );
}

function Parallel({ experiment, trials, families, onOpen }: ChartsProps & { onOpen: (number: string) => void }) {
  const higherIsBetter = experiment.metric?.higherIsBetter ?? true;
  const found = useMemo(
    () => parallelCoordinates(trials, families, higherIsBetter),
    [trials, families, higherIsBetter],
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const most = [...found].sort((a, b) => b.lines.length - a.lines.length)[0];
  const shown = found.find(({ family }) => family === chosen) ?? most;
  if (!shown) {
    return (
      <Card title="Parallel coordinates">
        <p className="text-ink-2">
          Two scored trials of one family with different settings are needed. They come when the opening is over.
        </p>
      </Card>
    );
  }
  const { axes, lines } = parallelChart(shown, valueWord);
  return (
    <Card
      title="Settings and scores"
      aside={
        <div className="w-56 min-w-0">
          <Select
            size="small"
            label="Family"
            value={shown.family}
            onChange={setChosen}
            options={found.map(({ family, label, lines: own }) => ({
              value: family,
              label: `${label} (${own.length})`,
            }))}
          />
        </div>
      }
    >
      <ParallelChart
        key={shown.family}
        id="parallel-coordinates"
        title={`Parallel coordinates of ${shown.label}`}
        note="A line is a trial; the stronger its colour, the better its score. Settings that never differed are left out."
        axes={axes}
        lines={lines}
        scoreLabel={experiment.metric?.label ?? 'score'}
        higherIsBetter={higherIsBetter}
        onOpen={onOpen}
      />
    </Card>
  );
}

function Importance({ experiment, trials, families }: ChartsProps) {
  const higherIsBetter = experiment.metric?.higherIsBetter ?? true;
  const all = useMemo(
    () =>
      families
        .filter(({ id, reference, combines }) => !reference && !combines && trials.some(({ family }) => family === id))
        .map((family) => ({ label: family.label, result: parameterImportance(trials, family, higherIsBetter) })),
    [trials, families, higherIsBetter],
  );
  const found = all.filter(({ result }) => result.kind === 'found');
  const others = all.filter(({ result }) => result.kind !== 'found');
  return (
    <Card title="Which settings matter">
      <div className="flex flex-col gap-5" data-testid="parameter-importance">
        <p className="max-w-prose text-ink-2">
          How much worse the score could be guessed without knowing a setting. A wide interval means that more trials
          are needed to be sure.
        </p>
        {found.length > 0 ? (
          <div className="grid gap-6 md:grid-cols-2">
            {found.map(({ label, result }) =>
              result.kind === 'found' ? (
                <Chart key={result.family} spec={importanceSpec(result, label)} height="small" />
              ) : null,
            )}
          </div>
        ) : null}
        {others.length > 0 ? (
          <ul className="flex flex-col">
            {others.map(({ label, result }) => (
              <li key={result.family} className="flex flex-wrap justify-between gap-x-4 border-line border-t py-1.5">
                <span className="font-medium">{label}</span>
                <span className="text-ink-2">{unknownWords(result)}</span>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </Card>
  );
}

function unknownWords(result: ImportanceOfParameters): string {
  if (result.kind === 'too-few-trials') {
    return `too few trials: ${result.trials} of ${plural(result.needed, 'scored one')} needed`;
  }
  return `no pattern in ${plural(result.trials, 'trial')}: the settings hardly matter, or chance is larger`;
}
