'use client';
import type { ExperimentView } from '@laurel/contracts';
import {
  EmptyState,
  formatScore,
  formatSeconds,
  Num,
  Status,
  Table,
  type TableColumn,
  TableSkeleton,
} from '@laurel/ui';
import { FlaskConical } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { isEnded } from '@/client/queries/experiments.ts';
import { routes } from '@/client/routes.ts';
import { Ago } from '@/frame/ago.tsx';

const columns: TableColumn<ExperimentView>[] = [
  {
    id: 'name',
    header: 'Experiment',
    cell: (row) => (
      <Link
        href={routes.experiment(row.id)}
        className="block max-w-96 truncate rounded-sm font-medium no-underline hover:underline"
      >
        <bdi>{row.name}</bdi>
      </Link>
    ),
    sortValue: (row) => row.name.toLowerCase(),
  },
  {
    id: 'status',
    header: 'Status',
    cell: (row) => (
      <Status
        status={row.status}
        {...(row.status === 'running' ? { word: `${Math.floor(row.progress.fraction * 100)} %` } : {})}
      />
    ),
    sortValue: (row) => row.status,
  },
  {
    id: 'target',
    header: 'Target',
    cell: (row) => <bdi className="block max-w-40 truncate">{row.target}</bdi>,
    sortValue: (row) => row.target.toLowerCase(),
    className: 'max-md:hidden',
  },
  {
    id: 'best',
    header: 'Best score',
    align: 'right',
    cell: (row) =>
      row.progress.bestScore === null ? (
        <span className="text-ink-3">—</span>
      ) : (
        <>
          <span className="text-ink-2 max-sm:hidden">{row.metric?.label} </span>
          <Num value={row.progress.bestScore} format={formatScore} />
        </>
      ),
  },
  {
    id: 'trials',
    header: 'Models',
    align: 'right',
    cell: (row) => row.progress.trialsDone,
    sortValue: (row) => row.progress.trialsDone,
    firstSort: 'desc',
    className: 'max-sm:hidden',
  },
  {
    id: 'time',
    header: 'Time',
    align: 'right',
    cell: (row) => formatSeconds(row.progress.secondsSpent),
    sortValue: (row) => row.progress.secondsSpent,
    firstSort: 'desc',
    className: 'max-md:hidden',
  },
  {
    id: 'created',
    header: 'Started',
    align: 'right',
    cell: (row) => (
      <span className="whitespace-nowrap text-ink-2">
        <Ago at={row.createdAt} />
      </span>
    ),
    sortValue: (row) => row.createdAt,
    firstSort: 'desc',
    className: 'max-sm:hidden',
  },
];

/** Experiments of a project; undefined while they load. */
export function ExperimentsTable({
  projectId,
  experiments,
}: {
  projectId: string;
  experiments: readonly ExperimentView[] | undefined;
}) {
  const router = useRouter();
  if (!experiments) return <TableSkeleton label="Loading experiments" />;
  if (experiments.length === 0) {
    return (
      <EmptyState
        icon={<FlaskConical aria-hidden className="size-6" strokeWidth={1.5} />}
        title="No experiment yet"
        action={
          <Link href={routes.data(projectId)} className="link">
            Choose a dataset to predict from
          </Link>
        }
      />
    );
  }
  return (
    <Table
      caption="Experiments"
      testId="experiments-table"
      columns={columns}
      rows={experiments}
      rowId={(row) => row.id}
      rowName={(row) => row.name}
      onOpen={(row) => router.push(isEnded(row) ? routes.leaderboard(row.id) : routes.experiment(row.id))}
    />
  );
}
