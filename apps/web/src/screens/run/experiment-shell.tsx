'use client';
import type { ExperimentView } from '@laurel/contracts';
import { CopyId, ErrorState, plural, Skeleton, Status } from '@laurel/ui';
import clsx from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { asFailure } from '@/client/api.ts';
import { isEnded, useExperiment } from '@/client/queries/experiments.ts';
import { useProject } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { mayEdit } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';
import { RunActions } from './run-actions.tsx';

/** Title, facts, actions and tabs that all pages of an experiment share. */
export function ExperimentShell({
  experimentId,
  children,
}: {
  experimentId: string;
  children: (experiment: ExperimentView, editable: boolean) => ReactNode;
}) {
  const query = useExperiment(experimentId);
  const project = useProject(query.data?.projectId);
  const experiment = query.data;
  if (query.isError && !experiment) {
    return (
      <Page title="Experiment">
        <ErrorState
          title="The experiment could not be loaded."
          failure={asFailure(query.error)}
          onRetry={() => void query.refetch()}
        />
      </Page>
    );
  }
  if (!experiment) return <ShellSkeleton />;
  const editable = mayEdit(project.data);
  const percent = Math.floor(experiment.progress.fraction * 100);
  return (
    <Page
      title={<bdi>{experiment.name}</bdi>}
      documentTitle={isEnded(experiment) ? experiment.name : `${percent} % · ${experiment.name}`}
      projectId={experiment.projectId}
      crumbs={[{ label: 'Experiments', href: routes.experiments(experiment.projectId) }, { label: experiment.name }]}
      facts={[
        <Status key="status" status={experiment.status} />,
        <span key="target">
          predicts <bdi className="text-ink">{experiment.target}</bdi>
        </span>,
        experiment.plan ? plural(experiment.plan.rows.usable, 'row') : null,
        experiment.metric?.label ?? null,
        <span key="by">
          <Ago at={experiment.startedAt ?? experiment.createdAt} prefix="started" /> by {experiment.createdBy}
        </span>,
        <CopyId key="id" id={experiment.id} />,
      ]}
      actions={<RunActions experiment={experiment} editable={editable} />}
    >
      <ExperimentTabs id={experimentId} />
      {children(experiment, editable)}
    </Page>
  );
}

function ExperimentTabs({ id }: { id: string }) {
  const path = usePathname();
  const tabs = [
    { href: routes.experiment(id), label: 'Run' },
    { href: routes.leaderboard(id), label: 'Leaderboard' },
    { href: routes.search(id), label: 'Search' },
    { href: routes.trials(id), label: 'Trials' },
    { href: routes.plan(id), label: 'Plan' },
  ];
  return (
    <nav aria-label="Parts of the experiment" className="mb-5 flex gap-5 overflow-x-auto border-line border-b">
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          aria-current={path === tab.href ? 'page' : undefined}
          className={clsx(
            'flex h-9 items-center border-b-2 whitespace-nowrap no-underline outline-offset-[-2px]',
            path === tab.href ? 'border-ink font-medium text-ink' : 'border-transparent text-ink-2 hover:text-ink',
          )}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

function ShellSkeleton() {
  return (
    <div role="status" aria-label="Loading" className="mx-auto max-w-[1440px]">
      <Skeleton className="mb-2 h-7 w-64" />
      <Skeleton className="mb-6 h-4 w-96 max-w-full" />
      <Skeleton className="mb-6 h-24" />
      <div className="grid gap-6 lg:grid-cols-[1fr_340px]">
        <Skeleton className="h-80" />
        <Skeleton className="h-80" />
      </div>
    </div>
  );
}
