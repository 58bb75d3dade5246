'use client';
import {
  Button,
  buttonClass,
  Card,
  Checkbox,
  ErrorState,
  Field,
  formatScore,
  Notice,
  Skeleton,
  TextArea,
} from '@laurel/ui';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type FormEvent, useState } from 'react';
import { ApiFailure, asFailure } from '@/client/api.ts';
import { useModel } from '@/client/queries/models.ts';
import { useChampion, useRequestPromotion } from '@/client/queries/promotions.ts';
import { routes } from '@/client/routes.ts';
import { Page } from '@/frame/page.tsx';

/** Asks for promotion: what is proposed, against whom, and why. */
export function RequestScreen({ modelId }: { modelId: string }) {
  const query = useModel(modelId);
  const model = query.data;
  return (
    <Page
      title="Request promotion"
      narrow
      projectId={model?.projectId}
      crumbs={model ? [{ label: model.name, href: routes.model(model.id) }, { label: 'Request promotion' }] : []}
    >
      {query.error ? (
        <ErrorState
          title="The model could not be loaded."
          failure={asFailure(query.error)}
          onRetry={() => query.refetch()}
        />
      ) : model ? (
        <RequestForm
          modelId={modelId}
          projectId={model.projectId}
          name={model.name}
          metric={model.metric.label}
          score={model.score.mean}
        />
      ) : (
        <Skeleton className="h-64 w-full" />
      )}
    </Page>
  );
}

function RequestForm(props: {
  modelId: string;
  projectId: string;
  name: string;
  metric: string;
  score: number | null;
}) {
  const router = useRouter();
  const champion = useChampion(props.projectId);
  const request = useRequestPromotion(props.modelId);
  const [reason, setReason] = useState('');
  const [newContract, setNewContract] = useState(false);
  const contractChanged = request.error instanceof ApiFailure && request.error.code === 'CONTRACT_CHANGED';
  const send = (event: FormEvent) => {
    event.preventDefault();
    request.mutate(
      { reason: reason.trim(), ...(newContract ? { newContract: true } : {}) },
      { onSuccess: (made) => router.push(routes.promotion(made.id)) },
    );
  };
  return (
    <Card>
      <form onSubmit={send} className="flex flex-col gap-4">
        <p>
          <strong className="font-semibold">{props.name}</strong> ({props.metric} {formatScore(props.score)}) is to
          become champion
          {champion.data ? (
            <>
              {' '}
              in place of{' '}
              <Link href={routes.model(champion.data.modelId)} className="link">
                {champion.data.modelName}
              </Link>
              .
            </>
          ) : (
            '. The project has no champion yet; this promotion fixes its inputs and labels.'
          )}
        </p>
        <p className="text-ink-2">
          An approver other than you decides. The request freezes the scores and the fingerprint of this model, and
          opens the holdout if it is still sealed; that opening is on record.
        </p>
        <Field label="Why should it be promoted?">
          <TextArea
            required
            maxLength={5000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            placeholder="What it is for, and why it is better"
          />
        </Field>
        {contractChanged || newContract ? (
          <Checkbox
            checked={newContract}
            onChange={setNewContract}
            label="I know that callers must change what they send or expect (new contract)"
          />
        ) : null}
        {request.error ? <ErrorState title="The request was not made." failure={asFailure(request.error)} /> : null}
        {contractChanged ? (
          <Notice tone="warn">Tell everyone who calls this project's champion before you go on.</Notice>
        ) : null}
        <div className="flex gap-2">
          <Button kind="primary" type="submit" busy={request.isPending} disabled={reason.trim() === ''}>
            Request promotion
          </Button>
          <Link href={routes.model(props.modelId)} className={buttonClass()}>
            Back to the model
          </Link>
        </div>
      </form>
    </Card>
  );
}
