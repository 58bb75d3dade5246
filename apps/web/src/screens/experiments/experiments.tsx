'use client';
import { ErrorState, Field, Input, Segmented } from '@laurel/ui';
import { useDeferredValue, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { isEnded, useExperiments } from '@/client/queries/experiments.ts';
import { Page } from '@/frame/page.tsx';
import { ExperimentsTable } from './experiments-table.tsx';

type Which = 'all' | 'running' | 'ended';

/** All experiments of a project, newest first. */
export function Experiments({ projectId }: { projectId: string }) {
  const experiments = useExperiments({ projectId });
  const [which, setWhich] = useState<Which>('all');
  const [text, setText] = useState('');
  const query = useDeferredValue(text.trim().toLowerCase());
  const shown = experiments.data?.filter(
    (experiment) =>
      (which === 'all' || isEnded(experiment) === (which === 'ended')) &&
      (query === '' || `${experiment.name} ${experiment.target}`.toLowerCase().includes(query)),
  );
  const filtered = experiments.data !== undefined && experiments.data.length > 0;
  return (
    <Page title="Experiments" projectId={projectId} crumbs={[{ label: 'Experiments' }]}>
      {filtered ? (
        <div className="mb-3 flex flex-wrap items-end gap-3">
          <Field label="Search" hideLabel className="w-64 max-w-full">
            <Input
              type="search"
              placeholder="Name or target"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </Field>
          <Segmented
            label="Which experiments"
            value={which}
            onChange={setWhich}
            options={[
              { value: 'all', label: 'All' },
              { value: 'running', label: 'Running' },
              { value: 'ended', label: 'Ended' },
            ]}
          />
        </div>
      ) : null}
      {experiments.isError ? (
        <ErrorState
          title="The experiments could not be loaded."
          failure={asFailure(experiments.error)}
          onRetry={() => void experiments.refetch()}
        />
      ) : shown?.length === 0 && filtered ? (
        <p className="py-8 text-center text-ink-2">No experiment matches. Search for fewer letters or show all.</p>
      ) : (
        <ExperimentsTable projectId={projectId} experiments={shown} />
      )}
    </Page>
  );
}
