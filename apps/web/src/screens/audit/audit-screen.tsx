'use client';
import type { AuditRow } from '@laurel/contracts';
import { Badge, Button, buttonClass, EmptyState, ErrorState, formatCount, Input, TableSkeleton } from '@laurel/ui';
import { ChevronRight, Download, ShieldAlert, ShieldCheck } from 'lucide-react';
import Link from 'next/link';
import { useDeferredValue, useState } from 'react';
import { apiPath, asFailure } from '@/client/api.ts';
import { useAudit, useAuditVerification } from '@/client/queries/promotions.ts';
import { routes } from '@/client/routes.ts';
import { Ago } from '@/frame/ago.tsx';
import { Page } from '@/frame/page.tsx';
import { changes } from './changes.ts';

/** The searchable log with what changed, and whether its chain is whole. */
export function AuditScreen() {
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const query = useAudit({ q: q || undefined });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Audit"
      crumbs={[{ label: 'Audit' }]}
      mark={<ChainBadge />}
      actions={
        <a href={apiPath('/audit/export', { format: 'csv' })} download className={buttonClass()}>
          <Download aria-hidden className="size-3.5" />
          Export CSV
        </a>
      }
    >
      <Input
        type="search"
        aria-label="Search the log"
        placeholder="Search: a person, an action such as promotion.approve, an id"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="mb-4 max-w-xl"
      />
      {query.error ? (
        <ErrorState
          title="The log could not be loaded."
          failure={asFailure(query.error)}
          onRetry={() => query.refetch()}
        />
      ) : query.isPending ? (
        <TableSkeleton />
      ) : rows.length === 0 ? (
        <EmptyState title={q ? 'Nothing in the log matches.' : 'Nothing happened yet.'} />
      ) : (
        <ol className="rounded border border-line bg-surface">
          {rows.map((row) => (
            <Entry key={row.sequence} row={row} />
          ))}
        </ol>
      )}
      {query.hasNextPage ? (
        <div className="mt-4 flex justify-center">
          <Button onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
            Show older
          </Button>
        </div>
      ) : null}
    </Page>
  );
}

function ChainBadge() {
  const { data } = useAuditVerification();
  if (!data) return null;
  return data.valid ? (
    <Badge tone="accent" icon={<ShieldCheck aria-hidden className="size-3.5" />} title={`head ${data.head}`}>
      chain verified up to #{formatCount(data.length)}
    </Badge>
  ) : (
    <Badge tone="danger" icon={<ShieldAlert aria-hidden className="size-3.5" />}>
      chain broken at #{formatCount(data.firstBrokenSequence)}
    </Badge>
  );
}

/** Kinds of things that have a page of their own. */
const pageOf: Record<string, (id: string) => string> = {
  project: routes.project,
  dataset: routes.dataset,
  experiment: routes.experiment,
  model: routes.model,
  promotion_request: routes.promotion,
};

function Entry({ row }: { row: AuditRow }) {
  const differences = changes(row.before, row.after);
  const page = row.action.endsWith('.deleted') ? null : (pageOf[row.entity.kind]?.(row.entity.id) ?? null);
  return (
    <li className="border-line border-b last:border-b-0">
      <details className="group">
        <summary className="grid cursor-pointer grid-cols-[auto_1fr_auto] items-center gap-x-3 px-3 py-2 hover:bg-hover sm:grid-cols-[auto_4rem_12rem_1fr_auto]">
          <ChevronRight aria-hidden className="size-3.5 text-ink-3 transition-transform group-open:rotate-90" />
          <span className="hidden font-mono text-ink-3 text-small tabular-nums sm:block">#{row.sequence}</span>
          <span className="hidden truncate sm:block">{row.actor.name}</span>
          <span className="min-w-0 truncate">
            <span className="font-medium">{row.action}</span>{' '}
            {row.action.startsWith(row.entity.kind) ? null : <span className="text-ink-2">{row.entity.kind} </span>}
            <span className="font-mono text-ink-3 text-small">{row.entity.id}</span>
          </span>
          <span className="text-ink-2 text-small">
            <Ago at={row.at} />
          </span>
        </summary>
        <div className="overflow-x-auto px-9 pt-1 pb-3 text-small">
          {differences.length > 0 ? (
            <table className="mb-2">
              <thead>
                <tr className="text-left text-ink-2">
                  <th scope="col" className="pr-6 font-medium">
                    Field
                  </th>
                  <th scope="col" className="pr-6 font-medium">
                    Before
                  </th>
                  <th scope="col" className="font-medium">
                    After
                  </th>
                </tr>
              </thead>
              <tbody>
                {differences.map((change) => (
                  <tr key={change.field} className="align-top [&>*]:py-0.5">
                    <th scope="row" className="pr-6 text-left font-mono font-normal">
                      {change.field}
                    </th>
                    <td className="wrap-anywhere max-w-80 pr-6 text-ink-2">{change.before}</td>
                    <td className="wrap-anywhere max-w-96">{change.after}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          ) : (
            <p className="mb-2 text-ink-2">Nothing but the action itself was recorded.</p>
          )}
          {page ? (
            <p className="mb-2">
              <Link href={page} className="link">
                Open the {row.entity.kind.replaceAll('_', ' ')}
              </Link>
            </p>
          ) : null}
          <p className="wrap-anywhere font-mono text-ink-3">
            {row.at} · {row.actor.kind} {row.actor.id} · request {row.requestId ?? '—'} · hash {row.hash}
          </p>
        </div>
      </details>
    </li>
  );
}
