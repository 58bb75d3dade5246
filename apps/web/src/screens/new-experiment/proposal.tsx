'use client';
import type { DatasetView, ExperimentPlan } from '@laurel/contracts';
import { Notice } from '@laurel/ui';
import { TriangleAlert } from 'lucide-react';
import { useExperiments } from '@/client/queries/experiments.ts';
import type { FamilyDetails } from '../families.ts';
import { BudgetControl } from './budget-control.tsx';
import {
  FamiliesControl,
  HoldoutControl,
  MetricControl,
  PositiveControl,
  SeedControl,
  TaskControl,
} from './controls.tsx';
import type { Choices } from './draft.ts';
import { HorizonControl, SeriesControl } from './forecast-controls.tsx';
import type { Problems } from './problems.ts';
import {
  ClassWeightsControl,
  ConstraintsControl,
  EngineeringControl,
  EnsembleControl,
  StrategyControl,
  type StrategyLabel,
  WarmStartControl,
} from './search-controls.tsx';
import { ValidationControl } from './validation-control.tsx';

interface ProposalProps {
  dataset: DatasetView;
  plan: ExperimentPlan;
  choices: Choices;
  onChange: (part: Partial<Choices>) => void;
  /** the families that can compete, by id */
  all: readonly string[];
  families: readonly FamilyDetails[];
  strategies: readonly StrategyLabel[];
  problems: Problems;
  fading: boolean;
}

/** The plan as a few sentences before it runs; each underlined part opens its control. */
export function Proposal(props: ProposalProps) {
  const { plan, fading } = props;
  const leaks = new Set(plan.excluded.filter((entry) => entry.code === 'LEAK').map((entry) => entry.column));
  const warnings = plan.warnings.filter((warning) => warning.code !== 'LEAK' || leaks.size === 0);
  return (
    <section aria-label="The proposal" aria-busy={fading} className="flex flex-col gap-4">
      <Question {...props} />
      <SearchWords {...props} />
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

function Question({ dataset, plan, choices, onChange, all, families, problems: { at } }: ProposalProps) {
  const control = { plan, choices, onChange };
  return (
    <p className="wrap-anywhere max-w-prose text-heading text-ink-2 leading-8" data-testid="proposal">
      <TaskControl {...control} problem={at.task ?? null} /> of{' '}
      <bdi className="font-medium text-ink">{plan.target}</bdi>
      {plan.task === 'binary' ? (
        <>
          , where <PositiveControl {...control} /> is the event
        </>
      ) : null}
      {plan.task === 'forecast' ? (
        <>
          , <HorizonControl {...control} /> <SeriesControl {...control} dataset={dataset} />
        </>
      ) : null}
      , optimising <MetricControl {...control} problem={at.metric ?? null} />, by{' '}
      <ValidationControl {...control} dataset={dataset} problem={at.validation ?? null} /> with{' '}
      <HoldoutControl {...control} />, for <BudgetControl {...control} problem={at.budget ?? null} />:{' '}
      <FamiliesControl {...control} all={all} families={families} problem={at.families ?? null} /> compete, then{' '}
      <EnsembleControl {...control} />. Chance comes from <SeedControl {...control} />.
    </p>
  );
}

function SearchWords({ dataset, plan, choices, onChange, strategies, problems: { at } }: ProposalProps) {
  const control = { plan, choices, onChange };
  const earlier = useExperiments({ projectId: dataset.projectId }).data ?? [];
  const startable = earlier.filter(({ progress }) => progress.bestScore !== null);
  const forecast = plan.task === 'forecast';
  return (
    <p className="wrap-anywhere max-w-prose text-body text-ink-2 leading-7" data-testid="search-words">
      The search goes by <StrategyControl {...control} strategies={strategies} problem={at.strategy ?? null} />
      {startable.length > 0 || choices.warmStartFrom !== null ? (
        <>
          {' '}
          and <WarmStartControl {...control} earlier={startable} />
        </>
      ) : null}
      {forecast ? null : (
        <>
          ; <EngineeringControl {...control} />
        </>
      )}
      {plan.labels.length > 0 ? (
        <>
          ; classes are <ClassWeightsControl {...control} problem={at.weights ?? null} />
        </>
      ) : null}
      . The winner may be <ConstraintsControl {...control} />.
    </p>
  );
}
