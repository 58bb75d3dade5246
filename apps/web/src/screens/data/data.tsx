'use client';
import type { DatasetView } from '@laurel/contracts';
import {
  Button,
  EmptyState,
  ErrorState,
  formatBytes,
  formatCount,
  Num,
  Status,
  Table,
  type TableColumn,
  TableSkeleton,
} from '@laurel/ui';
import { Database, Upload } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useDatasets } from '@/client/queries/datasets.ts';
import { useProject } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { mayEdit } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';
import { FirstRun } from '../home/first-run.tsx';
import { UploadDialog } from '../upload/upload-dialog.tsx';

const columns: TableColumn<DatasetView>[] = [
  {
    id: 'name',
    header: 'Dataset',
    cell: (row) => (
      <Link
        href={routes.dataset(row.id)}
        className="block max-w-96 truncate rounded-sm font-medium no-underline hover:underline"
      >
        <bdi>{row.name}</bdi>
        {row.version > 1 ? <span className="font-normal text-ink-2"> v{row.version}</span> : null}
      </Link>
    ),
    sortValue: (row) => row.name.toLowerCase(),
  },
  {
    id: 'status',
    header: 'Status',
    cell: (row) => <Status status={row.status} />,
    sortValue: (row) => row.status,
  },
  {
    id: 'rows',
    header: 'Rows',
    align: 'right',
    cell: (row) => <Num value={row.rows} format={formatCount} />,
    sortValue: (row) => row.rows,
    firstSort: 'desc',
  },
  {
    id: 'columns',
    header: 'Columns',
    align: 'right',
    cell: (row) => <Num value={row.columns.length || null} format={formatCount} />,
    sortValue: (row) => row.columns.length,
    firstSort: 'desc',
    className: 'max-sm:hidden',
  },
  {
    id: 'size',
    header: 'Size',
    align: 'right',
    cell: (row) => formatBytes(row.bytes),
    sortValue: (row) => row.bytes,
    firstSort: 'desc',
    className: 'max-md:hidden',
  },
  {
    id: 'alerts',
    header: 'Alerts',
    align: 'right',
    cell: (row) =>
      row.findings.filter((finding) => finding.severity === 'alert').length || <span className="text-ink-3">0</span>,
    sortValue: (row) => row.findings.filter((finding) => finding.severity === 'alert').length,
    firstSort: 'desc',
    className: 'max-md:hidden',
  },
  {
    id: 'created',
    header: 'Uploaded',
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

/** The tables of a project. A file can be dropped anywhere on the page. */
export function Data({ projectId }: { projectId: string }) {
  const project = useProject(projectId);
  const datasets = useDatasets(projectId);
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [dropped, setDropped] = useState<File | null>(null);
  const edits = mayEdit(project.data);
  const empty = datasets.data?.length === 0;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the button opens the same dialog
    <div
      onDragOver={(event) => edits && event.preventDefault()}
      onDrop={(event) => {
        if (!edits || event.defaultPrevented) return;
        event.preventDefault();
        const file = event.dataTransfer.files[0];
        if (!file) return;
        setDropped(file);
        setOpen(true);
      }}
    >
      <Page
        title="Data"
        projectId={projectId}
        crumbs={[{ label: 'Data' }]}
        actions={
          edits && !empty ? (
            <Button
              kind="primary"
              icon={<Upload aria-hidden className="size-3.5" />}
              onClick={() => {
                setDropped(null);
                setOpen(true);
              }}
            >
              Upload a table
            </Button>
          ) : null
        }
      >
        {datasets.isPending ? <TableSkeleton label="Loading datasets" /> : null}
        {datasets.isError ? (
          <ErrorState
            title="The datasets could not be loaded."
            failure={asFailure(datasets.error)}
            onRetry={() => void datasets.refetch()}
          />
        ) : null}
        {empty && edits ? <FirstRun projectId={projectId} mayTrain /> : null}
        {empty && !edits ? (
          <EmptyState icon={<Database aria-hidden className="size-6" strokeWidth={1.5} />} title="No data yet">
            Your role lets you look; an editor can upload a table.
          </EmptyState>
        ) : null}
        {datasets.data && !empty ? (
          <Table
            caption="Datasets"
            columns={columns}
            rows={datasets.data}
            rowId={(row) => row.id}
            rowName={(row) => row.name}
            onOpen={(row) => router.push(routes.dataset(row.id))}
          />
        ) : null}
        <UploadDialog projectId={projectId} open={open} onOpenChange={setOpen} initialFile={dropped} />
      </Page>
    </div>
  );
}
