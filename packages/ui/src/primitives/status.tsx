import clsx from 'clsx';
import { Check, Circle, CircleAlert, CircleX, LoaderCircle, Minus, Pause, Trophy } from 'lucide-react';
import type { ReactNode } from 'react';
import { Wreath } from './wreath.tsx';

export type StatusKind = 'queued' | 'running' | 'done' | 'pruned' | 'failed' | 'attention' | 'paused';

const statusByWord: Record<string, { kind: StatusKind; word: string }> = {
  queued: { kind: 'queued', word: 'Queued' },
  pending: { kind: 'attention', word: 'Waiting for approval' },
  profiling: { kind: 'running', word: 'Reading' },
  running: { kind: 'running', word: 'Running' },
  finishing: { kind: 'running', word: 'Finishing' },
  paused: { kind: 'paused', word: 'Paused' },
  ready: { kind: 'done', word: 'Ready' },
  completed: { kind: 'done', word: 'Completed' },
  approved: { kind: 'done', word: 'Approved' },
  passed: { kind: 'done', word: 'Passed' },
  pruned: { kind: 'pruned', word: 'Pruned' },
  cancelled: { kind: 'pruned', word: 'Cancelled' },
  withdrawn: { kind: 'pruned', word: 'Withdrawn' },
  not_applicable: { kind: 'pruned', word: 'Does not apply' },
  expired: { kind: 'pruned', word: 'Expired' },
  failed: { kind: 'failed', word: 'Failed' },
  rejected: { kind: 'failed', word: 'Rejected' },
  stale: { kind: 'attention', word: 'Stale' },
};

/** Any status of the API as an icon and a word. `word` replaces the usual one. */
export function Status({ status, word, className }: { status: string; word?: string; className?: string }) {
  const known = statusByWord[status] ?? { kind: 'queued' as const, word: status };
  return (
    <span
      className={clsx('inline-flex items-center gap-1.5 whitespace-nowrap align-top', className)}
      data-status={status}
    >
      <StatusIcon kind={known.kind} />
      {word ?? known.word}
    </span>
  );
}

export function StatusIcon({ kind }: { kind: StatusKind }) {
  const size = 'size-3.5 shrink-0';
  switch (kind) {
    case 'queued':
      return <Circle aria-hidden className={clsx(size, 'text-ink-3')} />;
    case 'running':
      return <LoaderCircle aria-hidden className={clsx(size, 'text-accent-text motion-safe:animate-spin')} />;
    case 'done':
      return <Check aria-hidden strokeWidth={2.5} className={clsx(size, 'text-accent-text')} />;
    case 'pruned':
      return <Minus aria-hidden className={clsx(size, 'text-ink-3')} />;
    case 'failed':
      return <CircleX aria-hidden className={clsx(size, 'text-danger')} />;
    case 'attention':
      return <CircleAlert aria-hidden className={clsx(size, 'text-warn')} />;
    case 'paused':
      return <Pause aria-hidden className={clsx(size, 'text-ink-3')} />;
  }
}

export type BadgeTone = 'neutral' | 'accent' | 'warn' | 'danger';

export function Badge({
  children,
  tone = 'neutral',
  icon,
  title,
}: {
  children: ReactNode;
  tone?: BadgeTone;
  icon?: ReactNode;
  title?: string;
}) {
  return (
    <span
      title={title}
      className={clsx(
        'inline-flex h-5 max-w-full items-center gap-1 whitespace-nowrap rounded-sm px-1.5 text-small',
        tone === 'neutral' && 'bg-sunken text-ink-2',
        tone === 'accent' && 'bg-accent-soft text-accent-text',
        tone === 'warn' && 'bg-warn-soft text-warn',
        tone === 'danger' && 'bg-danger-soft text-danger',
      )}
    >
      {icon}
      {children}
    </span>
  );
}

/** The mark of the champion, the same on every page. */
export function ChampionBadge() {
  return (
    <Badge tone="accent" icon={<Wreath className="size-3.5" />}>
      Champion
    </Badge>
  );
}

export function WinnerBadge() {
  return (
    <Badge tone="neutral" icon={<Trophy aria-hidden className="size-3" />}>
      Best
    </Badge>
  );
}
