'use client';
import type { ModelView } from '@laurel/contracts';
import {
  ChampionBadge,
  EmptyState,
  ErrorState,
  formatBytes,
  formatScore,
  formatSeconds,
  Table,
  TableSkeleton,
} from '@laurel/ui';
import { useRouter } from 'next/navigation';
import { asFailure } from '@/client/api.ts';
import { useModels } from '@/client/queries/models.ts';
import { routes } from '@/client/routes.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';

/** Every model of a project, the newest first. */
export function ModelsScreen({ projectId }: { projectId: string }) {
  const router = useRouter();
  const query = useModels({ projectId });
  return (
    <Page title="Models" projectId={projectId} crumbs={[{ label: 'Models' }]}>
      {query.error ? (
        <ErrorState
          title="The models could not be loaded."
          failure={asFailure(query.error)}
          onRetry={() => query.refetch()}
        />
      ) : query.data === undefined ? (
        <TableSkeleton />
      ) : query.data.length === 0 ? (
        <EmptyState title="No model was trained in this project yet.">
          Start an experiment on one of its tables.
        </EmptyState>
      ) : (
        <Table<ModelView>
          caption="Models"
          density="compact"
          rows={query.data}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
          onOpen={(row) => router.push(routes.model(row.id))}
          columns={[
            {
              id: 'name',
              header: 'Model',
              sortValue: (row) => row.name,
              cell: (row) => (
                <span className="flex flex-wrap items-center gap-2">
                  <bdi className="font-medium">{row.name}</bdi>
                  {row.champion ? <ChampionBadge /> : null}
                </span>
              ),
            },
            {
              id: 'target',
              header: 'Predicts',
              cell: (row) => <bdi>{row.target}</bdi>,
              sortValue: (row) => row.target,
            },
            {
              id: 'score',
              header: 'Score',
              align: 'right',
              cell: (row) => (
                <>
                  <span className="text-ink-2">{row.metric.label}</span> {formatScore(row.score.mean)}
                </>
              ),
              sortValue: (row) => row.score.mean,
            },
            {
              id: 'fit',
              header: 'Fit',
              align: 'right',
              cell: (row) => formatSeconds(row.fitSeconds),
              sortValue: (row) => row.fitSeconds,
              className: 'hidden md:table-cell',
            },
            {
              id: 'size',
              header: 'Size',
              align: 'right',
              cell: (row) => formatBytes(row.sizeBytes),
              sortValue: (row) => row.sizeBytes,
              className: 'hidden md:table-cell',
            },
            {
              id: 'at',
              header: 'Trained',
              align: 'right',
              cell: (row) => <Ago at={row.createdAt} />,
              sortValue: (row) => row.createdAt,
              firstSort: 'desc',
            },
          ]}
        />
      )}
    </Page>
  );
}
