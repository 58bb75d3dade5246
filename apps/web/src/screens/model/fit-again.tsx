'use client';
import type { ModelView } from '@laurel/contracts';
import { Button, buttonClass, Popover, toast } from '@laurel/ui';
import { RefreshCw } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { isEnded, useExperiment } from '@/client/queries/experiments.ts';
import { type RefitKind, useRefit } from '@/client/queries/models.ts';
import { routes } from '@/client/routes.ts';
import { Radios } from '../new-experiment/phrase.tsx';

const kinds: readonly { value: RefitKind; label: string; hint: string }[] = [
  {
    value: 'full',
    label: 'On all training rows',
    hint: 'Every member is fitted once, not once per fold: quicker to predict. The scores shown stay those of the folds.',
  },
  {
    value: 'distilled',
    label: 'As one small model',
    hint: 'It learns what this model answers: quickest and smallest. It is scored anew.',
  },
];

/** Makes a quicker or smaller model of one whose experiment has ended; the model itself stays as it is. */
export function FitAgain({ model }: { model: ModelView }) {
  const experiment = useExperiment(model.experimentId);
  const refit = useRefit(model.id);
  const [kind, setKind] = useState<RefitKind>('full');
  if (!model.hasArtifact || model.lineage.refitOf || !isEnded(experiment.data)) return null;
  const made = refit.data?.newModelId;
  const start = () =>
    refit.mutate(kind, {
      onSuccess: ({ error }) =>
        error
          ? toast({ kind: 'error', title: 'The model was not fitted again.', text: error.message })
          : toast({ title: 'The new model is ready.' }),
      onError: (error) =>
        toast({ kind: 'error', title: 'The model was not fitted again.', text: asFailure(error).message }),
    });
  return (
    <>
      {made ? (
        <Link href={routes.model(made)} className={buttonClass()}>
          Open the new model
        </Link>
      ) : null}
      <Popover
        title="Fit again"
        align="end"
        wide
        trigger={
          <Button icon={<RefreshCw aria-hidden className="size-3.5" />} busy={refit.isPending}>
            Fit again
          </Button>
        }
      >
        {(close) => (
          <div className="flex flex-col gap-4">
            <Radios name="How to fit again" value={kind} onChange={setKind} options={kinds} />
            <p className="text-ink-2 text-small">
              A new model is made; this one stays as it is. It can take as long as the first fit, and goes on when you
              leave this page.
            </p>
            <Button
              kind="primary"
              busy={refit.isPending}
              onClick={() => {
                start();
                close();
              }}
            >
              Make the new model
            </Button>
          </div>
        )}
      </Popover>
    </>
  );
}
