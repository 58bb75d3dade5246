'use client';
import type { DatasetView, ExperimentPlan } from '@laurel/contracts';
import { Button, EmptyState, ErrorState, Field, Input, Notice, Skeleton, toast } from '@laurel/ui';
import { Play } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useDataset } from '@/client/queries/datasets.ts';
import { useExperiment, usePlan, useStartExperiment, useTrials } from '@/client/queries/experiments.ts';
import { useProject } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { mayEdit } from '@/client/types.ts';
import { Page } from '@/frame/page.tsx';
import { type FamilyDetails, familiesOf } from '../families.ts';
import {
  type Choices,
  choicesOf,
  type EngineView,
  engineViewOf,
  firstChoices,
  type Origin,
  toDraft,
  untouched,
} from './draft.ts';
import { Features } from './features.tsx';
import { Hyperparameters } from './hyperparameters.tsx';
import { problemsOf } from './problems.ts';
import { Proposal } from './proposal.tsx';
import { RequestRail } from './request-rail.tsx';
import type { StrategyLabel } from './search-controls.tsx';
import { TargetPicker } from './target-picker.tsx';
import { useSettled } from './use-settled.ts';

/** Where the page begins: an experiment whose request is repeated, with a trial's settings or without a feature. */
export interface Beginning {
  experimentId: string;
  trialNumber: number | null;
  dropFeature: string | null;
}

/** A new experiment on one page: the target first, then the engine's proposal in words, each part changed in place. */
export function NewExperiment({
  datasetId,
  initialTarget,
  beginning,
  families,
  strategies,
}: {
  datasetId: string;
  initialTarget: string | null;
  beginning: Beginning | null;
  families: readonly FamilyDetails[];
  strategies: readonly StrategyLabel[];
}) {
  const dataset = useDataset(datasetId);
  const project = useProject(dataset.data?.projectId);
  const origin = useOrigin(beginning, families);
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
        origin.pending ? (
          <Skeleton className="h-80" />
        ) : (
          <>
            {beginning && !origin.value ? (
              <Notice tone="warn">
                The experiment to begin with could not be loaded, so everything is as proposed.
              </Notice>
            ) : null}
            <Form
              dataset={view}
              initialTarget={initialTarget}
              origin={origin.value}
              families={families}
              strategies={strategies}
            />
          </>
        )
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

/** The experiment, and the trial of it, that the page begins with. */
function useOrigin(
  beginning: Beginning | null,
  families: readonly FamilyDetails[],
): { pending: boolean; value: Origin | null } {
  const id = beginning?.experimentId ?? '';
  const experiment = useExperiment(id, beginning !== null);
  const trials = useTrials(id, { enabled: beginning?.trialNumber !== null && beginning !== null });
  if (!beginning || experiment.isError || trials.isError) return { pending: false, value: null };
  if (!experiment.data || (beginning.trialNumber !== null && !trials.data)) return { pending: true, value: null };
  const trial = trials.data?.find(({ number }) => number === beginning.trialNumber);
  const family = families.find((candidate) => candidate.id === trial?.family);
  return {
    pending: false,
    value: {
      experiment: experiment.data,
      ...(trial && family ? { trial: { family: family.id, config: trial.config, defaults: defaultsOf(family) } } : {}),
      ...(beginning.dropFeature === null ? {} : { dropFeature: beginning.dropFeature }),
    },
  };
}

function defaultsOf({ space }: FamilyDetails) {
  return Object.fromEntries(Object.entries(space).map(([name, parameter]) => [name, parameter.default]));
}

interface FormProps {
  dataset: DatasetView;
  initialTarget: string | null;
  origin: Origin | null;
  families: readonly FamilyDetails[];
  strategies: readonly StrategyLabel[];
}

function Form({ dataset, initialTarget, origin, families, strategies }: FormProps) {
  const rows = dataset.rows ?? 0;
  const columns = useMemo(() => dataset.columns.map((column) => column.name), [dataset.columns]);
  const [choices, setChoices] = useState<Choices | null>(() => {
    if (origin && columns.includes(origin.experiment.target)) return choicesOf(origin, rows, columns);
    return initialTarget !== null && columns.includes(initialTarget) ? firstChoices(initialTarget, rows) : null;
  });
  // what the engine proposes when nothing is said; at first the same request as the plan's, so it is asked once
  const plain = usePlan(useMemo(() => plainDraft(dataset.id, choices, rows), [dataset.id, choices, rows]));
  const engine: EngineView | null =
    plain.data && plain.data.target === choices?.target ? engineViewOf(plain.data) : null;
  const draft = choices ? toDraft(dataset.id, choices, columns, engine) : null;
  const { name: _name, ...planned } = draft ?? { name: '' };
  const settled = useSettled(JSON.stringify(draft ? planned : null), 250);
  const plan = usePlan(useMemo(() => JSON.parse(settled), [settled]));
  const shownPlan = useLastPlan(plan.data, choices?.target) ?? (plan.isError ? plain.data : undefined);
  const problems = problemsOf(plan.isError ? plan.error : null);
  const change = (part: Partial<Choices>) => setChoices((now) => (now ? { ...now, ...part } : now));
  return (
    <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_minmax(320px,400px)]">
      <div className="flex min-w-0 flex-col gap-8">
        <TargetPicker
          dataset={dataset}
          target={choices?.target ?? null}
          onChange={(target) => {
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
              dataset={dataset}
              plan={shownPlan}
              choices={choices}
              onChange={change}
              all={familiesOf(families, shownPlan.task)}
              families={families}
              strategies={strategies}
              problems={problems}
              fading={plan.isPlaceholderData || plan.isError}
            />
            <Hyperparameters
              plan={shownPlan}
              choices={choices}
              onChange={change}
              families={families}
              all={familiesOf(families, shownPlan.task)}
              problem={problems.parameter}
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

/** The request of an untouched page for this target, to know what the engine itself would leave out. */
function plainDraft(datasetId: string, choices: Choices | null, rows: number) {
  if (!choices) return null;
  const { name: _name, ...draft } = toDraft(datasetId, untouched(choices, rows), [], null);
  return draft;
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
