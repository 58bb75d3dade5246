'use client';
import { Button, EmptyState, ErrorState, Table, type TableColumn, TableSkeleton, Wreath } from '@laurel/ui';
import { FolderOpen, Plus } from 'lucide-react';
import Link from 'next/link';
import { useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useProjects } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import type { Project } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';
import { ProjectDialog } from './project-dialog.tsx';

const columns: TableColumn<Project>[] = [
  {
    id: 'name',
    header: 'Project',
    cell: (row) => (
      <span className="flex min-w-0 flex-col">
        <span className="flex min-w-0 items-center gap-2">
          <Link
            href={routes.project(row.id)}
            className="block max-w-md truncate rounded-sm font-medium no-underline hover:underline"
          >
            <bdi>{row.name}</bdi>
          </Link>
          {row.championModelId ? <Wreath className="size-4 shrink-0 text-accent-text" title="has a champion" /> : null}
        </span>
        {row.description ? (
          <span className="block max-w-md truncate text-ink-2 text-small">{row.description}</span>
        ) : null}
      </span>
    ),
    sortValue: (row) => row.name.toLowerCase(),
  },
  {
    id: 'role',
    header: 'Your role',
    cell: (row) => (row.role === 'admin' ? 'administrator' : row.role),
    className: 'max-sm:hidden',
  },
  count('datasets', 'Datasets'),
  count('experiments', 'Experiments'),
  count('models', 'Models'),
  {
    id: 'created',
    header: 'Made',
    align: 'right',
    cell: (row) => (
      <span className="whitespace-nowrap text-ink-2">
        <Ago at={row.createdAt} />
      </span>
    ),
    sortValue: (row) => row.createdAt,
    firstSort: 'desc',
    className: 'max-md:hidden',
  },
];

function count(id: keyof Project['counts'], header: string): TableColumn<Project> {
  return {
    id,
    header,
    align: 'right',
    cell: (row) => row.counts[id],
    sortValue: (row) => row.counts[id],
    firstSort: 'desc',
    className: id === 'experiments' ? '' : 'max-sm:hidden',
  };
}

export function Projects() {
  const projects = useProjects();
  const router = useRouter();
  const [making, setMaking] = useState(useSearchParams().get('new') === '1');
  const makeButton = (
    <Button kind="primary" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => setMaking(true)}>
      New project
    </Button>
  );
  return (
    <Page title="Projects" actions={makeButton}>
      {projects.isPending ? <TableSkeleton label="Loading projects" /> : null}
      {projects.isError ? (
        <ErrorState
          title="Your projects could not be loaded."
          failure={asFailure(projects.error)}
          onRetry={() => void projects.refetch()}
        />
      ) : null}
      {projects.data?.length === 0 ? (
        <EmptyState
          icon={<FolderOpen aria-hidden className="size-6" strokeWidth={1.5} />}
          title="You are in no project yet"
          action={makeButton}
        >
          Make one, or ask a colleague to add you to theirs.
        </EmptyState>
      ) : null}
      {projects.data && projects.data.length > 0 ? (
        <Table
          caption="Projects"
          columns={columns}
          rows={projects.data}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
          onOpen={(row) => router.push(routes.project(row.id))}
        />
      ) : null}
      {making ? <ProjectDialog onClose={() => setMaking(false)} /> : null}
    </Page>
  );
}
