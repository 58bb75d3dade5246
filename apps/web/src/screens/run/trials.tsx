'use client';
import type { ExperimentView, TrialView } from '@laurel/contracts';
import {
  ErrorState,
  formatNumber,
  formatScore,
  formatSeconds,
  Num,
  Status,
  Table,
  type TableColumn,
  TableSkeleton,
} from '@laurel/ui';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useMemo } from 'react';
import { asFailure } from '@/client/api.ts';
import { isEnded, useTrials } from '@/client/queries/experiments.ts';
import { routes } from '@/client/routes.ts';
import { useFamilyLabel } from '@/frame/context.tsx';
import { settingsOf } from '../leaderboard/leaderboard-table.tsx';
import { ExperimentShell } from './experiment-shell.tsx';

/** Every attempt of the search, also those that failed or were stopped. */
export function Trials({ experimentId }: { experimentId: string }) {
  return (
    <ExperimentShell experimentId={experimentId}>
      {(experiment) => <TrialsTable experiment={experiment} />}
    </ExperimentShell>
  );
}

function TrialsTable({ experiment }: { experiment: ExperimentView }) {
  const trials = useTrials(experiment.id, {
    enabled: true,
    ...(isEnded(experiment) ? {} : { refetchMs: 2000 }),
  });
  const familyLabel = useFamilyLabel();
  const router = useRouter();
  const columns = useMemo(() => columnsOf(experiment, familyLabel), [experiment, familyLabel]);
  if (trials.isError) {
    return (
      <ErrorState
        title="The trials could not be loaded."
        failure={asFailure(trials.error)}
        onRetry={() => void trials.refetch()}
      />
    );
  }
  if (!trials.data) return <TableSkeleton label="Loading trials" />;
  if (trials.data.length === 0) return <p className="py-8 text-center text-ink-2">No trial has begun yet.</p>;
  return (
    <Table
      caption="Trials"
      density="compact"
      columns={columns}
      rows={trials.data}
      rowId={(row) => row.id}
      rowName={(row) => `trial ${row.number}`}
      onOpen={(row) => router.push(routes.trial(experiment.id, row.number))}
      defaultSort={{ id: 'number', desc: false }}
    />
  );
}

function columnsOf(experiment: ExperimentView, familyLabel: (id: string) => string): TableColumn<TrialView>[] {
  const { metric } = experiment;
  return [
    {
      id: 'number',
      header: '#',
      align: 'right',
      className: 'w-10',
      cell: (row) => row.number,
      sortValue: (row) => row.number,
    },
    {
      id: 'family',
      header: 'Family',
      cell: (row) => <span className="whitespace-nowrap">{familyLabel(row.family)}</span>,
      sortValue: (row) => row.family,
    },
    {
      id: 'name',
      header: 'Settings',
      className: 'max-md:hidden',
      cell: (row) => (
        <Link
          href={routes.trial(experiment.id, row.number)}
          className="link wrap-anywhere line-clamp-1"
          aria-label={`Trial ${row.number}, ${settingsOf(row.name, familyLabel(row.family))}`}
        >
          {settingsOf(row.name, familyLabel(row.family))}
        </Link>
      ),
    },
    {
      id: 'status',
      header: 'Status',
      cell: (row) => (
        <>
          <Status status={row.status} />
          {(row.failure?.message ?? row.stopReason) ? (
            <p className="wrap-anywhere max-w-sm text-ink-2">{row.failure?.message ?? row.stopReason}</p>
          ) : null}
        </>
      ),
      sortValue: (row) => row.status,
    },
    {
      id: 'score',
      header: metric?.label ?? 'Score',
      align: 'right',
      cell: (row) => <Num value={row.score} format={formatScore} reason="This trial has no score" />,
      sortValue: (row) => row.score,
      firstSort: metric?.higherIsBetter === false ? 'asc' : 'desc',
    },
    {
      id: 'folds',
      header: 'Fold scores',
      align: 'right',
      className: 'max-xl:hidden',
      cell: (row) => (
        <span className="text-ink-2">
          {row.foldScores
            .slice(0, 6)
            .map((score) => formatNumber(score))
            .join('  ')}
        </span>
      ),
    },
    {
      id: 'seconds',
      header: 'Time',
      align: 'right',
      cell: (row) => formatSeconds(row.seconds),
      sortValue: (row) => row.seconds,
      firstSort: 'desc',
    },
    {
      id: 'memory',
      header: 'Memory',
      unit: 'MB',
      align: 'right',
      className: 'max-md:hidden',
      cell: (row) => <Num value={row.peakMb === null ? null : Math.round(row.peakMb)} />,
      sortValue: (row) => row.peakMb,
      firstSort: 'desc',
    },
    {
      id: 'attempts',
      header: 'Attempts',
      align: 'right',
      className: 'max-lg:hidden',
      cell: (row) => row.attempts,
      sortValue: (row) => row.attempts,
      firstSort: 'desc',
    },
  ];
}
