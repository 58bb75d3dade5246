'use client';
import type { DatasetView } from '@laurel/contracts';
import {
  Button,
  ConfirmDialog,
  CopyId,
  ErrorState,
  formatBytes,
  IconButton,
  Notice,
  ProgressBar,
  plural,
  Skeleton,
  Status,
  Tabs,
  toast,
} from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import { FlaskConical, Trash2 } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useDataset, useDeleteDataset, useProfile } from '@/client/queries/datasets.ts';
import { useExperiments } from '@/client/queries/experiments.ts';
import { useProject } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { mayEdit } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';
import { ExperimentsTable } from '../experiments/experiments-table.tsx';
import { UploadPanel } from '../upload/upload-panel.tsx';
import { ColumnList } from './column-list.tsx';
import { Findings } from './findings.tsx';
import { RowsGrid } from './rows-grid.tsx';

/** A table: what is in it, what may be wrong with it, and the way to an experiment. */
export function Dataset({ datasetId }: { datasetId: string }) {
  const dataset = useDataset(datasetId);
  const project = useProject(dataset.data?.projectId);
  if (dataset.isError) {
    return (
      <Page title="Dataset">
        <ErrorState
          title="The dataset could not be loaded."
          failure={asFailure(dataset.error)}
          onRetry={() => void dataset.refetch()}
        />
      </Page>
    );
  }
  if (!dataset.data) return <DatasetSkeleton />;
  const view = dataset.data;
  const edits = mayEdit(project.data);
  return (
    <Page
      title={<bdi>{view.name}</bdi>}
      documentTitle={view.name}
      projectId={view.projectId}
      crumbs={[{ label: 'Data', href: routes.data(view.projectId) }, { label: view.name }]}
      facts={[
        <Status key="status" status={view.status} />,
        view.rows === null ? null : plural(view.rows, 'row'),
        view.columns.length === 0 ? null : plural(view.columns.length, 'column'),
        formatBytes(view.bytes),
        view.version > 1 ? `version ${view.version}` : null,
        <span key="by">
          <Ago at={view.createdAt} prefix="uploaded" /> by {view.createdBy}
        </span>,
        <CopyId key="id" id={view.id} />,
      ]}
      actions={
        edits ? (
          <>
            <DeleteButton dataset={view} />
            {view.status === 'ready' ? (
              <Button
                kind="primary"
                icon={<FlaskConical aria-hidden className="size-3.5" />}
                render={<Link href={routes.newExperiment(view.id)} />}
              >
                New experiment
              </Button>
            ) : null}
          </>
        ) : null
      }
    >
      {view.status === 'profiling' ? <Reading /> : null}
      {view.status === 'failed' ? <Unreadable dataset={view} mayUpload={edits} /> : null}
      {view.status === 'ready' ? <Ready dataset={view} editable={edits} /> : null}
    </Page>
  );
}

type DatasetTab = 'table' | 'visuals' | 'experiments';

function Ready({ dataset, editable }: { dataset: DatasetView; editable: boolean }) {
  const [column, setColumn] = useState<string | null>(null);
  const [tab, setTab] = useState<DatasetTab>('table');
  const experiments = useExperiments({ datasetId: dataset.id });
  return (
    <>
      {dataset.source.note ? (
        <p className="wrap-anywhere -mt-2 mb-4 max-w-prose text-ink-2">{dataset.source.note}</p>
      ) : null}
      <Findings
        findings={dataset.findings}
        onColumn={(name) => {
          setTab('table');
          setColumn(name);
        }}
      />
      <Tabs
        label="Parts of the dataset"
        value={tab}
        onChange={setTab}
        items={[
          {
            value: 'table',
            label: 'Table',
            content: (
              <div className="grid items-start gap-6 lg:grid-cols-[minmax(300px,360px)_minmax(0,1fr)]">
                <ColumnList dataset={dataset} open={column} onOpen={setColumn} editable={editable} />
                <RowsGrid
                  datasetId={dataset.id}
                  columns={dataset.columns}
                  totalRows={dataset.rows ?? 0}
                  shownColumn={column}
                />
              </div>
            ),
          },
          { value: 'visuals', label: 'Pictures', content: <Visuals datasetId={dataset.id} /> },
          {
            value: 'experiments',
            label: 'Experiments',
            ...(experiments.data ? { count: experiments.data.length } : {}),
            content: <ExperimentsTable projectId={dataset.projectId} experiments={experiments.data} />,
          },
        ]}
      />
    </>
  );
}

function Visuals({ datasetId }: { datasetId: string }) {
  const profile = useProfile(datasetId, true);
  if (profile.isError) {
    return (
      <ErrorState
        title="The pictures could not be loaded."
        failure={asFailure(profile.error)}
        onRetry={() => void profile.refetch()}
      />
    );
  }
  if (!profile.data) return <Skeleton className="h-80" />;
  const { correlations, visuals } = profile.data;
  const matrix = correlations && correlations.columns.length > 1 && !visuals.some((spec) => spec.matrix);
  if (visuals.length === 0 && !matrix) {
    return <p className="py-8 text-center text-ink-2">This table has nothing that a picture would show better.</p>;
  }
  return (
    <div className="grid gap-x-8 gap-y-8 lg:grid-cols-2">
      {matrix ? (
        <Chart
          spec={{
            schemaVersion: 1,
            id: 'correlations',
            title: 'Correlation of the numeric columns',
            note: 'Spearman: 1 is rising together, -1 is one rising while the other falls',
            x: { label: '', kind: 'category', scale: 'linear' },
            y: { label: '', kind: 'category', scale: 'linear' },
            series: [],
            matrix: {
              rows: correlations.columns,
              columns: correlations.columns,
              values: correlations.values,
              scale: 'diverging',
              format: 'number',
            },
          }}
        />
      ) : null}
      {visuals.map((spec) => (
        <Chart key={spec.id} spec={spec} />
      ))}
    </div>
  );
}

function Reading() {
  return (
    <div role="status" className="flex max-w-xl flex-col gap-3 rounded border border-line bg-surface p-5">
      <ProgressBar value={null} label="Reading the table" />
      <p className="text-ink-2">
        The table is being read: types, distributions, and what may be wrong with it. You can leave this page; nothing
        is lost.
      </p>
    </div>
  );
}

function Unreadable({ dataset, mayUpload }: { dataset: DatasetView; mayUpload: boolean }) {
  return (
    <div className="flex max-w-2xl flex-col gap-5">
      <ErrorState
        title="This file could not be read as a table."
        failure={dataset.error ?? { message: 'The reason was not recorded. Upload the file again.' }}
      />
      {mayUpload ? (
        <>
          <Notice>
            The file stays only in your hands. Repair it, or drop it again; when it is misread once more, you can say
            how to read it.
          </Notice>
          <UploadPanel projectId={dataset.projectId} title="Drop the file again" />
        </>
      ) : null}
    </div>
  );
}

function DeleteButton({ dataset }: { dataset: DatasetView }) {
  const [asking, setAsking] = useState(false);
  const remove = useDeleteDataset();
  const router = useRouter();
  return (
    <>
      <IconButton label="Delete the dataset" kind="secondary" onClick={() => setAsking(true)}>
        <Trash2 aria-hidden className="size-4" />
      </IconButton>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Delete this dataset?"
        action="Delete the dataset"
        busy={remove.isPending}
        onConfirm={() =>
          remove.mutate(dataset.id, {
            onSuccess: () => {
              toast({ title: `${dataset.name} was deleted.` });
              router.push(routes.data(dataset.projectId));
            },
            onError: (error) => {
              setAsking(false);
              toast({ kind: 'error', title: 'The dataset could not be deleted.', text: asFailure(error).message });
            },
          })
        }
      >
        The table and the experiments made from it are removed for good. What they changed stays in the audit log.
      </ConfirmDialog>
    </>
  );
}

function DatasetSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="mx-auto max-w-[1440px]">
      <Skeleton className="mb-2 h-7 w-64" />
      <Skeleton className="mb-6 h-4 w-96 max-w-full" />
      <Skeleton className="mb-6 h-24" />
      <div className="grid gap-6 lg:grid-cols-[360px_1fr]">
        <Skeleton className="h-96" />
        <Skeleton className="h-96" />
      </div>
    </div>
  );
}
