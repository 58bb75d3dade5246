import clsx from 'clsx';
import { Fragment, type ReactNode } from 'react';
import { formatInstant, formatNumber, nothing } from '../format.ts';

export function Card({
  title,
  aside,
  children,
  className,
  padded = true,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
  padded?: boolean;
}) {
  return (
    <section className={clsx('min-w-0 rounded border border-line bg-surface', className)}>
      {title ? (
        <header className="flex min-h-10 items-center justify-between gap-3 px-4 pt-3">
          <h2 className="min-w-0 font-semibold text-body">{title}</h2>
          {aside}
        </header>
      ) : null}
      <div className={clsx(padded && (title ? 'px-4 pt-2 pb-4' : 'p-4'))}>{children}</div>
    </section>
  );
}

/** One line of facts, divided by middle dots; what is null is left out. */
export function FactsLine({ facts }: { facts: readonly ReactNode[] }) {
  const shown = facts.filter((fact) => fact !== null && fact !== undefined && fact !== false && fact !== '');
  return (
    <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 text-ink-2">
      {shown.map((fact, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: facts have a fixed order and no identity
        <Fragment key={index}>
          {index > 0 ? (
            <span aria-hidden className="text-ink-3">
              ·
            </span>
          ) : null}
          <span className="min-w-0 max-w-full">{fact}</span>
        </Fragment>
      ))}
    </p>
  );
}

/** A number to look at: label above, value large, one line below. */
export function Stat({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className="min-w-0">
      <p className="text-ink-2 text-small">{label}</p>
      <p className="truncate font-semibold text-hero tabular-nums">{value}</p>
      {note ? <p className="text-ink-2 text-small">{note}</p> : null}
    </div>
  );
}

/** A number in tabular figures, rounded for reading, whole on hover. */
export function Num({
  value,
  format = formatNumber,
  reason,
}: {
  value: number | null | undefined;
  format?: (value: number | null | undefined) => string;
  /** why there is no number, on hover */
  reason?: string;
}) {
  const text = format(value);
  return (
    <span className="tabular-nums" title={text === nothing ? reason : String(value)}>
      {text}
    </span>
  );
}

/** A time as given, with the exact instant on hover. */
export function Instant({ at, children }: { at: string; children: ReactNode }) {
  return (
    <time dateTime={at} title={formatInstant(Date.parse(at))}>
      {children}
    </time>
  );
}

/** Progress from 0 to 1; without a value the bar only says that something runs. */
export function ProgressBar({ value, label }: { value: number | null; label: string }) {
  const percent = value === null ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="h-1.5 w-full overflow-hidden rounded-full bg-line-strong"
    >
      <div
        className={clsx(
          'h-full rounded-full bg-accent',
          percent === undefined ? 'w-1/3 motion-safe:animate-pulse' : 'transition-[width] duration-300 ease-out',
        )}
        style={percent === undefined ? undefined : { width: `${percent}%` }}
      />
    </div>
  );
}
