'use client';
import type { PromotionView } from '@laurel/contracts';
import { EmptyState, ErrorState, Segmented, Status, Table, TableSkeleton } from '@laurel/ui';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useProjects } from '@/client/queries/projects.ts';
import { usePromotions } from '@/client/queries/promotions.ts';
import { routes } from '@/client/routes.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';

/** Requests of all projects that the person may see; those that wait come first. */
export function ApprovalsScreen() {
  const router = useRouter();
  const [shown, setShown] = useState<'pending' | 'all'>('pending');
  const projects = useProjects();
  const nameOf = (id: string) => projects.data?.find((project) => project.id === id)?.name ?? '';
  const query = usePromotions(shown === 'pending' ? { status: 'pending' } : {});
  return (
    <Page
      title="Approvals"
      crumbs={[{ label: 'Approvals' }]}
      actions={
        <Segmented
          label="Which requests"
          value={shown}
          onChange={setShown}
          options={[
            { value: 'pending', label: 'Waiting' },
            { value: 'all', label: 'All' },
          ]}
        />
      }
    >
      {query.error ? (
        <ErrorState
          title="The requests could not be loaded."
          failure={asFailure(query.error)}
          onRetry={() => query.refetch()}
        />
      ) : query.data === undefined ? (
        <TableSkeleton />
      ) : query.data.length === 0 ? (
        <EmptyState title={shown === 'pending' ? 'Nothing waits for approval.' : 'No promotion was requested yet.'}>
          A request is made on the page of a model.
        </EmptyState>
      ) : (
        <Table<PromotionView>
          caption="Promotion requests"
          rows={query.data}
          rowId={(row) => row.id}
          rowName={(row) => row.modelName}
          onOpen={(row) => router.push(routes.promotion(row.id))}
          columns={[
            {
              id: 'model',
              header: 'Candidate',
              cell: (row) => <bdi className="font-medium">{row.modelName}</bdi>,
              sortValue: (row) => row.modelName,
            },
            {
              id: 'project',
              header: 'Project',
              cell: (row) => <bdi>{nameOf(row.projectId)}</bdi>,
              sortValue: (row) => nameOf(row.projectId),
              className: 'max-md:hidden',
            },
            {
              id: 'base',
              header: 'In place of',
              className: 'max-md:hidden',
              cell: (row) => row.baseChampionName ?? 'no champion yet',
            },
            {
              id: 'by',
              header: 'Asked by',
              cell: (row) => row.requestedBy.name,
              sortValue: (row) => row.requestedBy.name,
            },
            {
              id: 'at',
              header: 'When',
              cell: (row) => <Ago at={row.createdAt} />,
              sortValue: (row) => row.createdAt,
              firstSort: 'desc',
            },
            {
              id: 'status',
              header: 'Status',
              cell: (row) => <Status status={row.status} />,
              sortValue: (row) => row.status,
            },
          ]}
        />
      )}
    </Page>
  );
}
