'use client';
import type { DatasetView, ExperimentPlan } from '@laurel/contracts';
import { Button, EmptyState, ErrorState, Field, Input, Notice, Skeleton, toast } from '@laurel/ui';
import { Play, TriangleAlert } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useDataset } from '@/client/queries/datasets.ts';
import { usePlan, useStartExperiment } from '@/client/queries/experiments.ts';
import { useProject } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { mayEdit } from '@/client/types.ts';
import { Page } from '@/frame/page.tsx';
import {
  BudgetControl,
  FamiliesControl,
  type FamilyLabel,
  HoldoutControl,
  MetricControl,
  PositiveControl,
  SeedControl,
  TaskControl,
  ValidationControl,
} from './controls.tsx';
import { type Choices, type EngineView, engineViewOf, firstChoices, toDraft } from './draft.ts';
import { Features } from './features.tsx';
import { RequestRail } from './request-rail.tsx';
import { TargetPicker } from './target-picker.tsx';
import { useSettled } from './use-settled.ts';

/** A new experiment on one page: the target first, then the engine's proposal in words, each part changed in place. */
export function NewExperiment({
  datasetId,
  initialTarget,
  families,
}: {
  datasetId: string;
  initialTarget: string | null;
  families: readonly FamilyLabel[];
}) {
  const dataset = useDataset(datasetId);
  const project = useProject(dataset.data?.projectId);
  const view = dataset.data;
  return (
    <Page
      title="New experiment"
      projectId={view?.projectId}
      crumbs={
        view
          ? [
              { label: 'Data', href: routes.data(view.projectId) },
              { label: view.name, href: routes.dataset(view.id) },
              { label: 'New experiment' },
            ]
          : []
      }
      facts={view ? [<bdi key="name">on {view.name}</bdi>] : []}
    >
      {dataset.isError ? (
        <ErrorState
          title="The dataset could not be loaded."
          failure={asFailure(dataset.error)}
          onRetry={() => void dataset.refetch()}
        />
      ) : null}
      {dataset.isPending || (view && project.isPending) ? <Skeleton className="h-80" /> : null}
      {view && project.data && !mayEdit(project.data) ? (
        <Notice>Your role in this project lets you look. An editor can start experiments.</Notice>
      ) : null}
      {view && mayEdit(project.data) && view.status !== 'ready' ? (
        <Notice tone="warn">The dataset is not ready to train on. Open it to see why.</Notice>
      ) : null}
      {view?.status === 'ready' && mayEdit(project.data) ? (
        <Form dataset={view} initialTarget={initialTarget} families={families} />
      ) : null}
    </Page>
  );
}

/** The newest plan of this target: a request that was refused must not take away the controls to repair it. */
function useLastPlan(plan: ExperimentPlan | undefined, target: string | undefined): ExperimentPlan | undefined {
  const [last, setLast] = useState(plan);
  if (plan && plan !== last) setLast(plan);
  const shown = plan ?? last;
  return shown?.target === target ? shown : undefined;
}

interface FormProps {
  dataset: DatasetView;
  initialTarget: string | null;
  families: readonly FamilyLabel[];
}

function Form({ dataset, initialTarget, families }: FormProps) {
  const rows = dataset.rows ?? 0;
  const known = dataset.columns.some((column) => column.name === initialTarget);
  const [choices, setChoices] = useState<Choices | null>(
    known && initialTarget ? firstChoices(initialTarget, rows) : null,
  );
  const [engine, setEngine] = useState<EngineView | null>(null);
  const columns = useMemo(() => dataset.columns.map((column) => column.name), [dataset.columns]);
  const draft = choices ? toDraft(dataset.id, choices, columns, engine) : null;
  const { name: _name, ...planned } = draft ?? { name: '' };
  const settled = useSettled(JSON.stringify(draft ? planned : null), 250);
  const plan = usePlan(useMemo(() => JSON.parse(settled), [settled]));
  const shownPlan = useLastPlan(plan.data, choices?.target);

  useEffect(() => {
    const fresh = plan.data && !plan.isPlaceholderData ? plan.data : undefined;
    const seen = choices && fresh && fresh.target === choices.target ? engineViewOf(fresh, choices) : null;
    if (seen) setEngine(seen);
  }, [choices, plan.data, plan.isPlaceholderData]);

  const change = (part: Partial<Choices>) => setChoices((now) => (now ? { ...now, ...part } : now));
  return (
    <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_minmax(320px,400px)]">
      <div className="flex min-w-0 flex-col gap-8">
        <TargetPicker
          dataset={dataset}
          target={choices?.target ?? null}
          onChange={(target) => {
            setEngine(null);
            setChoices(firstChoices(target, rows));
          }}
        />
        {choices && plan.isError ? (
          <ErrorState
            title="This cannot be run as it is."
            failure={asFailure(plan.error)}
            onRetry={() => void plan.refetch()}
          />
        ) : null}
        {choices && shownPlan ? (
          <>
            <Proposal
              plan={shownPlan}
              choices={choices}
              onChange={change}
              engine={engine}
              families={families}
              fading={plan.isPlaceholderData || plan.isError}
            />
            <Features dataset={dataset} plan={shownPlan} choices={choices} engine={engine} onChange={change} />
            <Field label="Name" hint="Left empty, it is named after the dataset and the target" className="max-w-md">
              <Input maxLength={200} value={choices.name} onChange={(event) => change({ name: event.target.value })} />
            </Field>
          </>
        ) : null}
        {choices && !shownPlan && !plan.isError ? <Skeleton className="h-40" /> : null}
      </div>
      <div className="flex min-w-0 flex-col gap-6 lg:sticky lg:top-16">
        {draft ? (
          <>
            <StartButton
              draft={draft}
              ready={shownPlan !== undefined && !plan.isError && settled === JSON.stringify(planned)}
            />
            <RequestRail body={draft} />
          </>
        ) : (
          <EmptyState title="Choose what to predict">
            The engine then proposes how, in words. You change what you know better, and start.
          </EmptyState>
        )}
      </div>
    </div>
  );
}

function StartButton({ draft, ready }: { draft: NonNullable<ReturnType<typeof toDraft>>; ready: boolean }) {
  const start = useStartExperiment();
  const router = useRouter();
  return (
    <Button
      kind="primary"
      data-testid="start-experiment"
      icon={<Play aria-hidden className="size-3.5" />}
      busy={start.isPending || start.isSuccess}
      disabled={!ready}
      onClick={() =>
        start.mutate(draft, {
          onSuccess: ({ id }) => router.push(routes.experiment(id)),
          onError: (error) =>
            toast({ kind: 'error', title: 'The experiment was not started.', text: asFailure(error).message }),
        })
      }
    >
      Start
    </Button>
  );
}

interface ProposalProps {
  plan: ExperimentPlan;
  choices: Choices;
  onChange: (part: Partial<Choices>) => void;
  engine: EngineView | null;
  families: readonly FamilyLabel[];
  fading: boolean;
}

function Proposal({ plan, choices, onChange, engine, families, fading }: ProposalProps) {
  const control = { plan, choices, onChange };
  const leaks = new Set(plan.excluded.filter((entry) => entry.code === 'LEAK').map((entry) => entry.column));
  const warnings = plan.warnings.filter((warning) => warning.code !== 'LEAK' || leaks.size === 0);
  return (
    <section aria-label="The proposal" aria-busy={fading} className="flex flex-col gap-4">
      <p className="max-w-prose text-heading text-ink-2 leading-8" data-testid="proposal">
        <TaskControl {...control} /> of <bdi className="font-medium text-ink">{plan.target}</bdi>
        {plan.task === 'binary' ? (
          <>
            , where <PositiveControl {...control} /> is the event
          </>
        ) : null}
        , optimising <MetricControl {...control} />, by <ValidationControl {...control} /> with{' '}
        <HoldoutControl {...control} />, for <BudgetControl {...control} />:{' '}
        <FamiliesControl {...control} all={engine?.families ?? plan.families} labels={families} /> compete, then the
        best are combined. Chance comes from <SeedControl {...control} />.
      </p>
      {warnings.map((warning) => (
        <Notice
          key={warning.message}
          tone="warn"
          icon={<TriangleAlert role="img" aria-label="Warning" className="size-4 text-warn" />}
        >
          {warning.message}
        </Notice>
      ))}
      <details className="group">
        <summary className="w-fit cursor-pointer rounded-sm text-ink-2 hover:text-ink">The plan in full</summary>
        <ul className="mt-2 flex max-w-prose list-disc flex-col gap-1 pl-5 text-ink-2">
          {plan.sentences.map((sentence) => (
            <li key={sentence} className="wrap-anywhere">
              {sentence}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
