'use client';
import type { PromotionView } from '@laurel/contracts';
import { metrics } from '@laurel/evaluation';
import {
  Button,
  buttonClass,
  Card,
  Checkbox,
  CopyId,
  ErrorState,
  FactTable,
  Field,
  formatDate,
  formatInstant,
  formatScore,
  Notice,
  Skeleton,
  Status,
  StatusIcon,
  TextArea,
  toast,
  Wreath,
} from '@laurel/ui';
import clsx from 'clsx';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useProject } from '@/client/queries/projects.ts';
import { type Decision, useDecide, usePromotion } from '@/client/queries/promotions.ts';
import { routes } from '@/client/routes.ts';
import { mayManage } from '@/client/types.ts';
import { Ago } from '@/frame/ago.tsx';
import { useFrame } from '@/frame/context.tsx';
import { Page } from '@/frame/page.tsx';

/** Reads like a decision memo: candidate against champion, checks, who must approve, what changes. */
export function DecisionScreen({ id }: { id: string }) {
  const query = usePromotion(id);
  const request = query.data;
  if (!request) {
    return (
      <Page title="Promotion">
        {query.error ? (
          <ErrorState
            title="The request could not be loaded."
            failure={asFailure(query.error)}
            onRetry={() => query.refetch()}
          />
        ) : (
          <Skeleton className="h-96 w-full" />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={`Promote ${request.modelName}`}
      narrow
      projectId={request.projectId}
      crumbs={[{ label: 'Approvals', href: routes.approvals }, { label: request.modelName }]}
      mark={<Status status={request.status} />}
      facts={[
        <CopyId key="id" id={request.id} />,
        `asked by ${request.requestedBy.name}`,
        <Ago key="at" at={request.createdAt} />,
        request.status === 'pending' ? `expires ${formatDate(Date.parse(request.expiresAt))}` : null,
      ]}
      actions={
        <>
          {request.baseChampionId && request.baseChampionId !== request.modelId ? (
            <Link href={routes.compare([request.modelId, request.baseChampionId])} className={buttonClass()}>
              Compare
            </Link>
          ) : null}
          <Link href={routes.model(request.modelId)} className={buttonClass()}>
            Open the model
          </Link>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {request.status === 'approved' ? (
          <Notice tone="accent" icon={<Wreath className="size-5 text-accent-text" />}>
            {request.modelName} was approved by {request.decidedBy?.name}.{' '}
            <Link href={routes.champion(request.projectId)} className="link">
              See the champion
            </Link>
            .
          </Notice>
        ) : null}
        <Card title="Why">
          <p className="wrap-anywhere whitespace-pre-wrap">{request.reason}</p>
        </Card>
        <Scores request={request} />
        <Checks request={request} />
        <Changes request={request} />
        {request.status === 'pending' ? <Decide request={request} /> : <Outcome request={request} />}
      </div>
    </Page>
  );
}

function Changes({ request }: { request: PromotionView }) {
  const replaced = request.baseChampionId !== null;
  return (
    <Card title="What changes in production">
      <ul className="list-disc pl-5 text-ink-2">
        <li>
          <Link href={routes.model(request.modelId)} className="link">
            {request.modelName}
          </Link>{' '}
          answers this project's predictions
          {request.baseChampionId ? (
            <>
              {' '}
              in place of{' '}
              <Link href={routes.model(request.baseChampionId)} className="link">
                {request.baseChampionName}
              </Link>
              , between two requests and without a pause.
            </>
          ) : (
            '; so far nothing does.'
          )}
        </li>
        <li>
          {request.newContract
            ? 'Callers must change: the inputs or the labels differ from the contract so far.'
            : replaced
              ? 'Callers change nothing: inputs and labels stay as they are.'
              : 'Its inputs and labels become the contract that callers rely on.'}
        </li>
        {replaced ? <li>Rolling back to the model before takes one step.</li> : null}
        <li>
          Exactly the bytes that were scored are promoted: <CopyId id={request.artifactSha256} />
        </li>
      </ul>
    </Card>
  );
}

function Scores({ request }: { request: PromotionView }) {
  const { candidate, champion, split } = request.snapshot;
  const rows = metrics.filter((metric) => metric.id in candidate);
  // what decides stands first
  rows.sort((a, b) => Number(b.id === request.metric.id) - Number(a.id === request.metric.id));
  return (
    <Card
      title="Scores, frozen when the request was made"
      aside={<span className="text-ink-2 text-small">{split === 'holdout' ? 'holdout rows' : 'validation rows'}</span>}
    >
      <table className="w-full">
        <thead>
          <tr className="border-line border-b text-ink-2 text-small">
            <th scope="col" className="py-1.5 text-left font-medium">
              Metric
            </th>
            <NumberHead>Candidate</NumberHead>
            {champion ? <NumberHead>Champion</NumberHead> : null}
            {champion ? <NumberHead>Difference</NumberHead> : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((metric) => {
            const value = candidate[metric.id] ?? null;
            const other = champion?.[metric.id] ?? null;
            const decides = metric.id === request.metric.id;
            return (
              <tr key={metric.id} className="border-line border-b last:border-b-0">
                <th
                  scope="row"
                  className={clsx('py-1.5 pr-3 text-left', decides ? 'font-medium' : 'font-normal text-ink-2')}
                >
                  {metric.label}
                  <span
                    className="ml-1 text-ink-3 text-small"
                    title={metric.higherIsBetter ? 'higher is better' : 'lower is better'}
                  >
                    {metric.higherIsBetter ? '↑' : '↓'}
                  </span>
                </th>
                <NumberCell strong={decides}>{formatScore(value)}</NumberCell>
                {champion ? <NumberCell>{formatScore(other)}</NumberCell> : null}
                {champion ? <NumberCell>{differenceOf(value, other, metric.higherIsBetter)}</NumberCell> : null}
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}

function NumberHead({ children }: { children: ReactNode }) {
  return (
    <th scope="col" className="py-1.5 pl-3 text-right font-medium">
      {children}
    </th>
  );
}

function NumberCell({ children, strong }: { children: ReactNode; strong?: boolean }) {
  return <td className={clsx('py-1.5 pl-3 text-right tabular-nums', strong && 'font-semibold')}>{children}</td>;
}

function differenceOf(value: number | null, other: number | null, higherIsBetter: boolean): string {
  if (value === null || other === null) return formatScore(null);
  const gain = higherIsBetter ? value - other : other - value;
  return gain === 0 ? 'equal' : `${formatScore(Math.abs(gain))} ${gain > 0 ? 'better' : 'worse'}`;
}

function Checks({ request }: { request: PromotionView }) {
  return (
    <Card title="Checks">
      <ul className="flex flex-col gap-2">
        {request.checks.map((check) => (
          <li key={check.id} className="flex gap-2.5">
            <span className="mt-1">
              <StatusIcon
                kind={check.outcome === 'passed' ? 'done' : check.outcome === 'failed' ? 'failed' : 'pruned'}
              />
            </span>
            <span className="min-w-0">
              <span className="font-medium">{check.label}</span>
              <span className="block text-ink-2">{check.message}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const checklist = [
  { id: 'scores', label: 'I looked at the scores and at where the model is weak.' },
  { id: 'explanation', label: 'What drives the model makes sense to me.' },
  { id: 'use', label: 'Those who use its answers know what they are for.' },
] as const;

function Decide({ request }: { request: PromotionView }) {
  const { me } = useFrame();
  const project = useProject(request.projectId);
  const decide = useDecide(request.id);
  const [comment, setComment] = useState('');
  const [ticks, setTicks] = useState<Record<string, boolean>>({});
  const own = request.requestedBy.id === me.userId;
  const act = (decision: Decision) =>
    decide.mutate(
      { decision, comment: comment.trim(), ...(decision === 'approve' ? { checklist: ticks } : {}) },
      {
        onSuccess: () =>
          toast({
            title:
              decision === 'approve'
                ? `${request.modelName} is champion.`
                : decision === 'reject'
                  ? 'The request was rejected.'
                  : 'The request was withdrawn.',
          }),
      },
    );
  if (own) {
    return (
      <Card title="Your own request">
        <p className="mb-3 text-ink-2">
          Somebody else with the approver role decides, though nobody whose account you made, or to whom you gave a
          role, less than 24 hours ago. You may withdraw it.
        </p>
        {decide.error ? <ErrorState title="It was not withdrawn." failure={asFailure(decide.error)} /> : null}
        <Button onClick={() => act('withdraw')} busy={decide.isPending}>
          Withdraw
        </Button>
      </Card>
    );
  }
  if (!mayManage(project.data)) {
    return <Notice>Approvers of this project decide. You can read the request.</Notice>;
  }
  return (
    <Card title="Your decision">
      <div className="flex flex-col gap-3">
        {checklist.map((item) => (
          <Checkbox
            key={item.id}
            checked={ticks[item.id] === true}
            onChange={(on) => setTicks({ ...ticks, [item.id]: on })}
            label={item.label}
          />
        ))}
        <Field label="Comment" hint="Needed; it stays on record with your name.">
          <TextArea maxLength={5000} value={comment} onChange={(event) => setComment(event.target.value)} />
        </Field>
        {decide.error ? <ErrorState title="The decision was not recorded." failure={asFailure(decide.error)} /> : null}
        <div className="flex gap-2">
          <Button
            kind="primary"
            busy={decide.isPending}
            disabled={comment.trim() === '' || !checklist.every((item) => ticks[item.id])}
            onClick={() => act('approve')}
          >
            Approve
          </Button>
          <Button kind="danger" disabled={comment.trim() === '' || decide.isPending} onClick={() => act('reject')}>
            Reject
          </Button>
        </div>
      </div>
    </Card>
  );
}

function Outcome({ request }: { request: PromotionView }) {
  if (!request.decidedBy || !request.decidedAt) return null;
  return (
    <Card title="Decision">
      <FactTable
        caption="Decision"
        rows={[
          { name: 'Outcome', value: <Status status={request.status} /> },
          { name: 'By', value: request.decidedBy.name },
          { name: 'When', value: formatInstant(Date.parse(request.decidedAt)) },
          { name: 'Comment', value: request.comment ?? '—' },
        ]}
      />
    </Card>
  );
}
