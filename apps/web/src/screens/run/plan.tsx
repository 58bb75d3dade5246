'use client';
import type { ExperimentView } from '@laurel/contracts';
import { CodeBlock, FactTable, formatCount, formatPercent, formatSeconds, Notice } from '@laurel/ui';
import { useFamilyLabel } from '@/frame/context.tsx';
import { RequestRail } from '../new-experiment/request-rail.tsx';
import { ExperimentShell } from './experiment-shell.tsx';

/** What was decided before the first trial, and the request that repeats it. */
export function Plan({ experimentId }: { experimentId: string }) {
  return (
    <ExperimentShell experimentId={experimentId}>
      {(experiment) => <PlanBody experiment={experiment} />}
    </ExperimentShell>
  );
}

function PlanBody({ experiment }: { experiment: ExperimentView }) {
  const familyLabel = useFamilyLabel();
  const { plan } = experiment;
  if (!plan) {
    return <Notice>The plan is made when a worker prepares the data. That takes a few seconds after the start.</Notice>;
  }
  const { validation, rows, budget } = plan;
  return (
    <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_minmax(320px,420px)]">
      <div className="flex min-w-0 flex-col gap-6">
        <ul className="flex max-w-prose flex-col gap-1.5 text-heading">
          {plan.sentences.map((sentence) => (
            <li key={sentence} className="wrap-anywhere">
              {sentence}
            </li>
          ))}
        </ul>
        <FactTable
          caption="The plan in numbers"
          rows={[
            { name: 'Rows used', value: `${formatCount(rows.usable)} of ${formatCount(rows.total)}` },
            { name: 'For training', value: formatCount(rows.training) },
            {
              name: 'Held out and sealed',
              value:
                rows.holdout === 0 ? 'none' : `${formatCount(rows.holdout)} (${formatPercent(plan.holdoutFraction)})`,
            },
            {
              name: 'Validation',
              value:
                validation.kind === 'holdout'
                  ? 'one split'
                  : `${validation.folds} folds${validation.repeats > 1 ? `, ${validation.repeats} times` : ''}`,
            },
            {
              name: 'Budget',
              value: [
                budget.seconds === null ? null : formatSeconds(budget.seconds),
                budget.trials === null ? null : `${budget.trials} models`,
              ]
                .filter(Boolean)
                .join(' or '),
            },
            { name: 'Families', value: plan.families.map(familyLabel).join(', ') },
            { name: 'Seed', value: plan.seed },
          ]}
        />
        {plan.excluded.length > 0 ? (
          <section>
            <h2 className="mb-1 font-semibold text-heading">Left out</h2>
            <FactTable
              caption="Columns that are not used"
              rows={plan.excluded.map((entry) => ({ name: <bdi>{entry.column}</bdi>, value: entry.reason }))}
            />
          </section>
        ) : null}
        <section>
          <h2 className="mb-1 font-semibold text-heading">Used</h2>
          <p className="wrap-anywhere text-ink-2">{plan.features.map((feature) => feature.column).join(', ')}</p>
        </section>
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <RequestRail body={experiment.request} />
        <CodeBlock label="The plan as JSON" code={JSON.stringify(plan, null, 2)} />
      </div>
    </div>
  );
}
