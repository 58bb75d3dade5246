'use client';
import type { ExperimentView } from '@laurel/contracts';
import {
  Badge,
  Button,
  Card,
  ErrorState,
  formatCount,
  formatScore,
  formatSeconds,
  Num,
  ProgressBar,
  plural,
  Skeleton,
  Status,
  Wreath,
} from '@laurel/ui';
import { Pencil, Upload } from 'lucide-react';
import Link from 'next/link';
import { useEffect, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useDatasets } from '@/client/queries/datasets.ts';
import { isEnded, useExperiments } from '@/client/queries/experiments.ts';
import { useProject } from '@/client/queries/projects.ts';
import { useChampion } from '@/client/queries/promotions.ts';
import { routes } from '@/client/routes.ts';
import { mayEdit, mayManage, type Project } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';
import { ExperimentsTable } from '../experiments/experiments-table.tsx';
import { ProjectDialog } from '../projects/project-dialog.tsx';
import { UploadDialog } from '../upload/upload-dialog.tsx';
import { FirstRun } from './first-run.tsx';
import { HomeSkeleton } from './home.tsx';

/** A project at a glance: what runs now, who is champion, what was tried last. */
export function Overview({ projectId }: { projectId: string }) {
  const project = useProject(projectId);
  const [editing, setEditing] = useState(false);
  const [uploading, setUploading] = useState(false);
  const empty = project.data?.counts.datasets === 0;
  // an upload must not lose its panel, and what it says of a failure, to the dataset that it has just made
  const [foundEmpty, setFoundEmpty] = useState<string | null>(null);
  useEffect(() => {
    if (empty) setFoundEmpty(projectId);
  }, [empty, projectId]);
  if (project.isError) {
    return (
      <Page title="Project">
        <ErrorState
          title="The project could not be loaded."
          failure={asFailure(project.error)}
          onRetry={() => void project.refetch()}
        />
      </Page>
    );
  }
  if (project.isPending) return <HomeSkeleton />;
  const { counts } = project.data;
  const first = empty || foundEmpty === projectId;
  return (
    <Page
      title={<bdi>{project.data.name}</bdi>}
      documentTitle={project.data.name}
      projectId={projectId}
      facts={[
        project.data.description ? (
          <span key="about" className="wrap-anywhere">
            {project.data.description}
          </span>
        ) : null,
        plural(counts.datasets, 'dataset'),
        plural(counts.experiments, 'experiment'),
        plural(counts.models, 'model'),
        <span key="role">you are {project.data.role === 'admin' ? 'administrator' : project.data.role}</span>,
      ]}
      actions={
        <>
          {mayManage(project.data) ? (
            <Button icon={<Pencil aria-hidden className="size-3.5" />} onClick={() => setEditing(true)}>
              Edit
            </Button>
          ) : null}
          {!first && mayEdit(project.data) ? (
            <Button
              kind="primary"
              icon={<Upload aria-hidden className="size-3.5" />}
              onClick={() => setUploading(true)}
            >
              Upload a table
            </Button>
          ) : null}
        </>
      }
    >
      {first ? <FirstRun projectId={projectId} mayTrain={mayEdit(project.data)} /> : <Glance project={project.data} />}
      {editing ? <ProjectDialog project={project.data} onClose={() => setEditing(false)} /> : null}
      <UploadDialog projectId={projectId} open={uploading} onOpenChange={setUploading} />
    </Page>
  );
}

function Glance({ project }: { project: Project }) {
  const experiments = useExperiments({ projectId: project.id });
  const running = experiments.data?.filter((experiment) => !isEnded(experiment)) ?? [];
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_340px]">
      <div className="flex min-w-0 flex-col gap-5">
        {running.map((experiment) => (
          <RunningCard key={experiment.id} experiment={experiment} />
        ))}
        <section className="min-w-0">
          <h2 className="mb-2 font-semibold text-heading">Last experiments</h2>
          {experiments.isError ? (
            <ErrorState
              title="The experiments could not be loaded."
              failure={asFailure(experiments.error)}
              onRetry={() => void experiments.refetch()}
            />
          ) : (
            <ExperimentsTable projectId={project.id} experiments={experiments.data?.slice(0, 8)} />
          )}
        </section>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <ChampionCard project={project} />
        <DataCard projectId={project.id} />
      </div>
    </div>
  );
}

function RunningCard({ experiment }: { experiment: ExperimentView }) {
  const { progress } = experiment;
  return (
    <Link
      href={routes.experiment(experiment.id)}
      className="flex flex-col gap-2.5 rounded border border-line bg-surface p-4 no-underline hover:border-line-strong"
    >
      <span className="flex items-center justify-between gap-4">
        <bdi className="min-w-0 truncate font-semibold text-heading">{experiment.name}</bdi>
        <Status status={experiment.status} />
      </span>
      <ProgressBar value={progress.fraction} label={`Progress of ${experiment.name}`} />
      <span className="text-ink-2">
        {plural(progress.trialsDone, 'model')} tried
        {progress.bestScore === null || !experiment.metric
          ? ''
          : ` · best ${experiment.metric.label} ${formatScore(progress.bestScore)}`}
        {progress.etaSeconds === null ? '' : ` · ${formatSeconds(progress.etaSeconds)} left`}
      </span>
    </Link>
  );
}

function ChampionCard({ project }: { project: Project }) {
  const champion = useChampion(project.id);
  return (
    <Card title="Champion">
      {champion.isPending ? <Skeleton className="h-12" /> : null}
      {champion.isError ? <p className="text-danger">{asFailure(champion.error).message}</p> : null}
      {champion.data ? (
        <Link href={routes.champion(project.id)} className="flex items-center gap-3 rounded no-underline">
          <Wreath className="size-9 shrink-0 text-accent-text" />
          <span className="min-w-0">
            <bdi className="block truncate font-semibold text-heading">{champion.data.modelName}</bdi>
            <span className="text-ink-2">
              <Ago at={champion.data.startedAt} prefix="since" />, approved by {champion.data.approvedBy.name}
            </span>
          </span>
        </Link>
      ) : null}
      {champion.data === null ? (
        <p className="text-ink-2">
          No model is crowned yet. Choose one on a leaderboard and request its promotion; another person approves it.
        </p>
      ) : null}
    </Card>
  );
}

function DataCard({ projectId }: { projectId: string }) {
  const datasets = useDatasets(projectId);
  return (
    <Card
      title="Data"
      aside={
        <Link href={routes.data(projectId)} className="link text-small">
          All
        </Link>
      }
    >
      {datasets.isPending ? <Skeleton className="h-16" /> : null}
      {datasets.isError ? <p className="text-danger">{asFailure(datasets.error).message}</p> : null}
      <ul className="flex flex-col">
        {datasets.data?.slice(0, 6).map((dataset) => (
          <li
            key={dataset.id}
            className="flex items-center justify-between gap-3 border-line border-b py-1.5 last:border-b-0"
          >
            <Link
              href={routes.dataset(dataset.id)}
              className="min-w-0 truncate rounded-sm no-underline hover:underline"
            >
              <bdi>{dataset.name}</bdi>
            </Link>
            {dataset.status === 'ready' ? (
              <span className="shrink-0 text-ink-2 text-small">
                <Num value={dataset.rows} format={formatCount} /> rows
              </span>
            ) : (
              <Badge tone={dataset.status === 'failed' ? 'danger' : 'neutral'}>
                <Status status={dataset.status} />
              </Badge>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
