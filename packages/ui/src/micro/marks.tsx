import clsx from 'clsx';
import { formatCount, formatNumber } from '../format.ts';

/**
 * A line without axes. `points` are y values in order, or [x, y] pairs. The last point gets a dot.
 * `domain` fixes the y range, so that several sparklines can be compared.
 */
export function Sparkline({
  points,
  label,
  className,
  domain,
  seriesIndex = 0,
}: {
  points: readonly (number | readonly [number, number])[];
  label: string;
  className?: string;
  domain?: readonly [number, number];
  seriesIndex?: number;
}) {
  const pairs = points.map((point, index) => (typeof point === 'number' ? ([index, point] as const) : point));
  const finite = pairs.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const xs = finite.map(([x]) => x);
  const ys = finite.map(([, y]) => y);
  const [low, high] = domain ?? [Math.min(...ys), Math.max(...ys)];
  const x0 = Math.min(...xs);
  const at = ([x, y]: readonly [number, number]): [number, number] => [
    2 + ((x - x0) / (Math.max(...xs) - x0 || 1)) * 96,
    high === low ? 50 : 90 - Math.min(1, Math.max(0, (y - low) / (high - low))) * 80,
  ];
  const placed = finite.map(at);
  const last = placed.at(-1);
  return (
    <svg role="img" aria-label={label} className={clsx('block overflow-visible', className ?? 'h-6 w-24')}>
      {placed.length > 1 ? (
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%" aria-hidden="true">
          <polyline
            points={placed.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(' ')}
            fill="none"
            stroke={`var(--series-${seriesIndex % 8})`}
            strokeWidth={1.5}
            strokeLinejoin="round"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
      ) : null}
      {last ? <circle cx={`${last[0]}%`} cy={`${last[1]}%`} r={2} fill={`var(--series-${seriesIndex % 8})`} /> : null}
    </svg>
  );
}

/** Bars of a distribution, as wide as its box. `edges` has one more entry than `counts`. */
export function MiniHistogram({
  edges,
  counts,
  label,
  className,
  activeIndex,
}: {
  edges: readonly number[];
  counts: readonly number[];
  label: string;
  className?: string;
  activeIndex?: number;
}) {
  const most = Math.max(1, ...counts);
  const step = 100 / Math.max(1, counts.length);
  return (
    <svg role="img" aria-label={label} className={clsx('block', className ?? 'h-6 w-full')} preserveAspectRatio="none">
      {counts.map((count, index) => {
        const tall = count === 0 ? 0 : Math.max(6, (count / most) * 100);
        return (
          <rect
            key={edges[index] ?? index}
            x={`${index * step + step * 0.06}%`}
            width={`${step * 0.88}%`}
            y={`${100 - tall}%`}
            height={`${tall}%`}
            fill="var(--series-0)"
            opacity={activeIndex === undefined || activeIndex === index ? 0.75 : 0.3}
          >
            <title>{`${formatNumber(edges[index])} to ${formatNumber(edges[index + 1])}: ${formatCount(count)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

/** The most frequent values as one stacked bar; what is left over is grey. */
export function TopValuesBar({
  top,
  total,
  label,
  className,
}: {
  top: readonly { value: string; count: number }[];
  total: number;
  label: string;
  className?: string;
}) {
  let start = 0;
  return (
    <svg role="img" aria-label={label} className={clsx('block', className ?? 'h-2 w-full')}>
      <rect width="100%" height="100%" fill="var(--line-strong)" rx={2} />
      {top.slice(0, 6).map((level, index) => {
        const width = (level.count / Math.max(1, total)) * 100;
        const x = start;
        start += width;
        return (
          <rect
            key={level.value}
            x={`${x}%`}
            width={`${Math.max(0, width - 0.6)}%`}
            height="100%"
            fill="var(--series-0)"
            opacity={0.85 - index * 0.12}
          >
            <title>{`${level.value}: ${formatCount(level.count)}`}</title>
          </rect>
        );
      })}
    </svg>
  );
}

/** A share from 0 to 1 as a thin bar. */
export function ShareBar({ share, label, className }: { share: number; label: string; className?: string }) {
  return (
    <svg role="img" aria-label={label} className={clsx('block', className ?? 'h-1.5 w-full')}>
      <rect width="100%" height="100%" rx={2} fill="var(--line-strong)" />
      <rect width={`${Math.min(1, Math.max(0, share)) * 100}%`} height="100%" rx={2} fill="var(--series-0)" />
    </svg>
  );
}

/**
 * A value with its interval on an axis that all rows of a table share.
 * `domain` is that axis; `reference` draws a fine line, such as the best value.
 */
export function DotInterval({
  value,
  low,
  high,
  domain,
  reference,
  label,
  emphasised,
  className,
}: {
  value: number | null;
  low?: number | null;
  high?: number | null;
  domain: readonly [number, number];
  reference?: number | null;
  label: string;
  emphasised?: boolean;
  className?: string;
}) {
  const at = (number: number) =>
    `${(4 + (Math.min(1, Math.max(0, (number - domain[0]) / (domain[1] - domain[0] || 1))) || 0) * 92).toFixed(2)}%`;
  const color = emphasised ? 'var(--accent)' : 'var(--ink-2)';
  return (
    <svg role="img" aria-label={label} className={clsx('block', className ?? 'h-5 w-full min-w-24')}>
      <line x1="0" x2="100%" y1="50%" y2="50%" stroke="var(--line)" />
      {reference !== undefined && reference !== null ? (
        <line
          x1={at(reference)}
          x2={at(reference)}
          y1="0"
          y2="100%"
          stroke="var(--line-strong)"
          strokeDasharray="2 2"
        />
      ) : null}
      {low !== null && low !== undefined && high !== null && high !== undefined ? (
        <>
          <line x1={at(low)} x2={at(high)} y1="50%" y2="50%" stroke={color} strokeWidth={1.5} />
          <line x1={at(low)} x2={at(low)} y1="34%" y2="66%" stroke={color} strokeWidth={1.5} />
          <line x1={at(high)} x2={at(high)} y1="34%" y2="66%" stroke={color} strokeWidth={1.5} />
        </>
      ) : null}
      {value !== null ? <circle cx={at(value)} cy="50%" r={emphasised ? 4 : 3.5} fill={color} /> : null}
    </svg>
  );
}

/** The axis that DotInterval rows share: all values and intervals with 4 % of air. Null when nothing is finite. */
export function intervalDomain(
  rows: readonly { value: number | null; low?: number | null; high?: number | null }[],
): [number, number] | null {
  const all = rows
    .flatMap((row) => [row.value, row.low, row.high])
    .filter((number): number is number => typeof number === 'number' && Number.isFinite(number));
  if (all.length === 0) return null;
  const low = Math.min(...all);
  const high = Math.max(...all);
  const air = (high - low || Math.abs(high) || 1) * 0.04;
  return [low - air, high + air];
}
