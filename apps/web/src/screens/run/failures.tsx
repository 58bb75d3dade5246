'use client';
import type { ExperimentView } from '@laurel/contracts';
import { Notice } from '@laurel/ui';
import { CircleX } from 'lucide-react';
import Link from 'next/link';
import { isEnded } from '@/client/queries/experiments.ts';
import { routes } from '@/client/routes.ts';
import type { RunTrial } from '@/client/run-state.ts';
import { useFamilyLabel } from '@/frame/context.tsx';

const shown = 5;

/** How many trials failed and why, in plain words. The others go on, and the page says so. */
export function Failures({
  experiment,
  failed,
  total,
}: {
  experiment: ExperimentView;
  failed: readonly RunTrial[];
  total: number;
}) {
  const familyLabel = useFamilyLabel();
  return (
    <Notice icon={<CircleX aria-hidden className="size-4 text-danger" />}>
      <details data-testid="failures">
        <summary className="cursor-pointer rounded-sm text-ink">
          {failed.length} of {total} trials failed. {isEnded(experiment) ? 'The others count.' : 'The others go on.'}{' '}
          Why?
        </summary>
        <ul className="mt-1.5 flex flex-col gap-1">
          {failed.slice(0, shown).map((trial) => (
            <li key={trial.trialId}>
              <span className="font-medium text-ink">
                #{trial.number} {familyLabel(trial.family)}
              </span>
              : {trial.failure?.message ?? 'The reason was not recorded.'}
            </li>
          ))}
          {failed.length > shown ? (
            <li>
              <Link href={routes.trials(experiment.id)} className="link">
                All {failed.length} in the list of trials
              </Link>
            </li>
          ) : null}
        </ul>
      </details>
    </Notice>
  );
}
