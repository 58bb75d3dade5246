'use client';
import type { ChampionEntry, ChampionView } from '@laurel/contracts';
import {
  Button,
  buttonClass,
  Card,
  CopyId,
  Dialog,
  EmptyState,
  ErrorState,
  Field,
  formatInstant,
  formatScore,
  Skeleton,
  Stat,
  TextArea,
  toast,
  Wreath,
} from '@laurel/ui';
import Link from 'next/link';
import { useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useModel } from '@/client/queries/models.ts';
import { useProject } from '@/client/queries/projects.ts';
import { useChampion, useChampionHistory, useRollback } from '@/client/queries/promotions.ts';
import { routes } from '@/client/routes.ts';
import { mayManage } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';
import { Predict } from '../predict/predict.tsx';

export function ChampionScreen({ projectId }: { projectId: string }) {
  const champion = useChampion(projectId);
  return (
    <Page title="Champion" projectId={projectId} crumbs={[{ label: 'Champion' }]}>
      {champion.error ? (
        <ErrorState
          title="The champion could not be loaded."
          failure={asFailure(champion.error)}
          onRetry={() => champion.refetch()}
        />
      ) : champion.data === undefined ? (
        <Skeleton className="h-96 w-full" />
      ) : champion.data === null ? (
        <EmptyState
          title="This project has no champion yet."
          icon={<Wreath className="size-8" />}
          action={
            <Link href={routes.experiments(projectId)} className={buttonClass('primary')}>
              See the experiments
            </Link>
          }
        >
          Open the winner of an experiment and request its promotion. Another person approves.
        </EmptyState>
      ) : (
        <Crowned projectId={projectId} champion={champion.data} />
      )}
    </Page>
  );
}

function Crowned({ projectId, champion }: { projectId: string; champion: ChampionView }) {
  const model = useModel(champion.modelId);
  return (
    <div className="flex flex-col gap-5">
      <section
        aria-label="Current champion"
        className="flex flex-wrap items-center gap-x-6 gap-y-4 rounded border border-line bg-accent-soft px-5 py-5"
      >
        <Wreath className="size-14 shrink-0 text-accent-text" />
        <div className="min-w-0 flex-1 basis-72">
          <h2 className="wrap-anywhere text-balance font-semibold text-title">
            <Link href={routes.model(champion.modelId)} className="text-ink no-underline hover:underline">
              {champion.modelName}
            </Link>
          </h2>
          <p className="mt-0.5 text-ink-2">
            Predicts <bdi className="font-medium text-ink">{champion.contract.target}</bdi>. Crowned{' '}
            <Ago at={champion.startedAt} />, approved by {champion.approvedBy.name}.
          </p>
          <p className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-ink-2 text-small">
            <CopyId id={champion.modelId} />
            <span>
              SHA-256 <CopyId id={champion.artifactSha256} />
            </span>
          </p>
        </div>
        {model.data ? (
          <div className="flex gap-8">
            <Stat label={model.data.metric.label} value={formatScore(model.data.score.mean)} note="validation" />
            {model.data.holdout ? (
              <Stat label={model.data.metric.label} value={formatScore(model.data.holdout.value)} note="holdout" />
            ) : null}
          </div>
        ) : null}
        <Link href={routes.model(champion.modelId)} className={buttonClass()}>
          Open the model
        </Link>
      </section>
      <Predict
        target={{ projectId }}
        modelId={champion.modelId}
        inputs={champion.contract.inputs}
        task={champion.contract.task}
      />
      <History projectId={projectId} />
    </div>
  );
}

function History({ projectId }: { projectId: string }) {
  const history = useChampionHistory(projectId);
  const project = useProject(projectId);
  const entries = [...(history.data ?? [])].sort((a, b) => b.sequence - a.sequence);
  return (
    <Card
      title="History"
      aside={
        mayManage(project.data) && entries.length > 1 ? (
          <Rollback projectId={projectId} to={entries[1] as ChampionEntry} />
        ) : null
      }
    >
      {history.error ? (
        <ErrorState
          title="The history could not be loaded."
          failure={asFailure(history.error)}
          onRetry={() => history.refetch()}
        />
      ) : (
        <ol className="flex flex-col">
          {entries.map((entry) => (
            <li key={entry.sequence} className="flex gap-3 border-line border-l-2 pb-4 pl-4 last:pb-0">
              <div className="min-w-0">
                <p>
                  <Link href={routes.model(entry.modelId)} className="link font-medium">
                    {entry.modelName}
                  </Link>{' '}
                  <span className="text-ink-2">
                    {entry.kind === 'rollback' ? 'came back by rollback' : 'was promoted'}
                  </span>
                </p>
                <p className="text-ink-2 text-small">
                  {entry.endedAt ? '' : 'since '}
                  {formatInstant(Date.parse(entry.startedAt))}
                  {entry.endedAt ? ` to ${formatInstant(Date.parse(entry.endedAt))}` : ''} · approved by{' '}
                  {entry.approvedBy.name}
                  {entry.requestId ? (
                    <>
                      {' · '}
                      <Link href={routes.promotion(entry.requestId)} className="link">
                        the request
                      </Link>
                    </>
                  ) : null}
                </p>
                <p className="wrap-anywhere text-small">{entry.reason}</p>
              </div>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

function Rollback({ projectId, to }: { projectId: string; to: ChampionEntry }) {
  const rollback = useRollback(projectId);
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const confirm = () =>
    rollback.mutate(reason.trim(), {
      onSuccess: () => {
        setOpen(false);
        toast({ title: `${to.modelName} is champion again.` });
      },
    });
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        Roll back
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Roll back to ${to.modelName}?`}
        description="It answers again from the next request on. The step is on record."
        footer={
          <>
            <Button onClick={() => setOpen(false)}>Keep the champion</Button>
            <Button kind="danger" busy={rollback.isPending} disabled={reason.trim() === ''} onClick={confirm}>
              Roll back
            </Button>
          </>
        }
      >
        <Field label="Why?">
          <TextArea value={reason} onChange={(event) => setReason(event.target.value)} maxLength={5000} />
        </Field>
        {rollback.error ? <ErrorState title="It was not rolled back." failure={asFailure(rollback.error)} /> : null}
      </Dialog>
    </>
  );
}
