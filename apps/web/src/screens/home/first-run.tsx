'use client';
import { Button, ErrorState, formatCount, MiniHistogram, Skeleton, toast } from '@laurel/ui';
import { Play } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { asFailure } from '@/client/api.ts';
import { type Sample, useSamples, useTrainSample } from '@/client/queries/platform.ts';
import { routes } from '@/client/routes.ts';
import { UploadPanel } from '../upload/upload-panel.tsx';

/** The first thing a person sees: three tables to train on at once, and a place for their own. Nothing else. */
export function FirstRun({ projectId, mayTrain }: { projectId?: string | undefined; mayTrain: boolean }) {
  const samples = useSamples();
  const train = useTrainSample();
  const router = useRouter();
  // a promise, since callbacks of a mutation are lost when the page shows its new project in place of this
  const start = async (sample: Sample) => {
    try {
      const { experiment } = await train.mutateAsync({ id: sample.id, projectId });
      router.push(routes.experiment(experiment.id));
    } catch (error) {
      toast({ kind: 'error', title: `${sample.name} could not be started.`, text: asFailure(error).message });
    }
  };
  if (!mayTrain) {
    return (
      <p className="text-ink-2">There is no data here yet. Your role lets you look; an editor can upload a table.</p>
    );
  }
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <section aria-label="Sample tables" className="flex flex-col gap-3">
        {samples.isPending ? [0, 1, 2].map((key) => <Skeleton key={key} className="h-28" />) : null}
        {samples.isError ? (
          <ErrorState
            title="The sample tables could not be listed."
            failure={asFailure(samples.error)}
            onRetry={() => void samples.refetch()}
          />
        ) : null}
        {samples.data?.map((sample) => (
          <SampleCard
            key={sample.id}
            sample={sample}
            busy={train.isPending && train.variables.id === sample.id}
            disabled={train.isPending}
            onTrain={() => void start(sample)}
          />
        ))}
      </section>
      <UploadPanel projectId={projectId} title="Or drop your own table" className="min-h-72 lg:h-full" />
    </div>
  );
}

const taskWords: Record<string, string> = {
  binary: 'yes or no',
  multiclass: 'one of several classes',
  regression: 'a number',
};

function SampleCard(props: { sample: Sample; busy: boolean; disabled: boolean; onTrain: () => void }) {
  const { sample } = props;
  return (
    <article
      data-testid={`sample-${sample.id}`}
      className="grid grid-cols-[1fr_auto] items-center gap-x-5 gap-y-3 rounded border border-line bg-surface p-4 sm:grid-cols-[112px_1fr_auto]"
    >
      <MiniHistogram
        className="hidden h-14 w-28 sm:block"
        edges={[...sample.sparkline.keys(), sample.sparkline.length]}
        counts={sample.sparkline}
        label={`Distribution of a column of ${sample.name}`}
      />
      <div className="min-w-0">
        <h2 className="font-semibold text-heading">{sample.name}</h2>
        <p className="text-ink-2">{sample.description}</p>
        <p className="mt-1 text-ink-3 text-small">
          {formatCount(sample.rows)} rows · {formatCount(sample.columns)} columns · predicts{' '}
          <code className="font-mono text-ink-2">{sample.target}</code>
          {taskWords[sample.task] ? `, ${taskWords[sample.task]}` : ''}
        </p>
      </div>
      <Button
        className="max-sm:col-span-2"
        busy={props.busy}
        disabled={props.disabled}
        onClick={props.onTrain}
        icon={<Play aria-hidden className="size-3.5" />}
      >
        Train on this now
      </Button>
    </article>
  );
}
