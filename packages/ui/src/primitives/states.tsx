import clsx from 'clsx';
import { CircleAlert, LockKeyhole, RotateCw, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { CopyId } from './copy.tsx';

/** A grey block in the place of what is loading. Give it the final size by class. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx('rounded bg-line motion-safe:animate-pulse', className)} />;
}

/** Rows of a table that is loading. */
export function TableSkeleton({ rows = 6, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical rows without identity
        <div key={index} className="flex items-center gap-6 border-line border-b py-2.5">
          <Skeleton className="h-3.5 w-2/5" />
          <Skeleton className="h-3.5 w-1/6" />
          <Skeleton className="ml-auto h-3.5 w-1/12" />
        </div>
      ))}
    </div>
  );
}

/** One sentence and one thing to do. */
export function EmptyState({
  title,
  children,
  action,
  icon,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-2 rounded border border-line-strong border-dashed px-6 py-12 text-center">
      {icon ? <div className="text-ink-3">{icon}</div> : null}
      <p className="font-medium text-body">{title}</p>
      {children ? <div className="max-w-md text-ink-2">{children}</div> : null}
      {action ? <div className="mt-2">{action}</div> : null}
    </div>
  );
}

export interface Failure {
  message: string;
  code?: string | undefined;
  requestId?: string | undefined;
  status?: number | undefined;
}

/** What failed, why, the request to look for, and a way to try again. */
export function ErrorState({
  title,
  failure,
  onRetry,
}: {
  /** what could not be done: "The leaderboard could not be loaded." */
  title: string;
  failure: Failure;
  onRetry?: (() => void) | undefined;
}) {
  const denied = failure.status === 403;
  return (
    <div role="alert" className="flex flex-col items-start gap-2 rounded border border-line-strong bg-surface p-4">
      <p className="flex items-center gap-2 font-medium text-body">
        {denied ? (
          <LockKeyhole aria-hidden className="size-4 text-ink-3" />
        ) : (
          <CircleAlert aria-hidden className="size-4 text-danger" />
        )}
        {title}
      </p>
      <p className="wrap-anywhere max-w-prose text-ink-2">{failure.message}</p>
      {denied ? (
        <p className="max-w-prose text-ink-2">An administrator or an approver of the project can give you the role.</p>
      ) : null}
      <div className="flex flex-wrap items-center gap-3 pt-1 text-small">
        {onRetry && !denied ? (
          <Button size="small" icon={<RotateCw aria-hidden className="size-3.5" />} onClick={onRetry}>
            Try again
          </Button>
        ) : null}
        {failure.requestId ? (
          <span className="flex items-center gap-1 text-ink-3">
            Request <CopyId id={failure.requestId} />
          </span>
        ) : null}
        {failure.code ? <code className="font-mono text-ink-3">{failure.code}</code> : null}
      </div>
    </div>
  );
}

/** A note of one or two sentences above or within content. */
export function Notice({
  tone = 'neutral',
  icon,
  children,
  action,
}: {
  tone?: 'neutral' | 'warn' | 'danger' | 'accent';
  icon?: ReactNode;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div
      className={clsx(
        'flex items-start gap-2.5 rounded px-3 py-2.5',
        tone === 'neutral' && 'bg-sunken text-ink-2',
        tone === 'warn' && 'bg-warn-soft text-ink',
        tone === 'danger' && 'bg-danger-soft text-ink',
        tone === 'accent' && 'bg-accent-soft text-ink',
      )}
    >
      {icon ? <span className="mt-0.5 shrink-0">{icon}</span> : null}
      <div className="wrap-anywhere min-w-0 flex-1">{children}</div>
      {action}
    </div>
  );
}

export function OfflineChip({ text = 'Offline, reconnecting' }: { text?: string }) {
  return (
    <span
      role="status"
      className="inline-flex h-6 items-center gap-1.5 rounded-full bg-warn-soft px-2.5 text-small text-warn"
    >
      <WifiOff aria-hidden className="size-3.5" />
      {text}
    </span>
  );
}
