'use client';
import type { Leaderboard, LeaderboardRow } from '@laurel/contracts';
import {
  Badge,
  ChampionBadge,
  DotInterval,
  formatBytes,
  formatNumber,
  formatScore,
  formatSeconds,
  intervalDomain,
  Num,
  Table,
  type TableColumn,
  WinnerBadge,
} from '@laurel/ui';
import { Equal, LockKeyhole } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useRef, useState } from 'react';
import { routes } from '@/client/routes.ts';
import { useFamilyLabel } from '@/frame/context.tsx';

export interface LeaderboardTableProps {
  board: Leaderboard;
  selection?: { selected: readonly string[]; onChange: (ids: string[]) => void };
  /** fewer columns, closer rows: for the run page */
  compact?: boolean;
  /** whether rows are held out at all; without them there is no column for their scores */
  holdout?: boolean;
}

/** Models best first, each with its score drawn on an axis that all rows share. */
export function LeaderboardTable({ board, selection, compact = false, holdout = true }: LeaderboardTableProps) {
  const router = useRouter();
  const familyLabel = useFamilyLabel();
  const moved = useMoved(board.rows);
  const columns = useMemo(
    () => columnsOf(board, familyLabel, { compact, holdout }),
    [board, familyLabel, compact, holdout],
  );
  return (
    <Table
      caption={`Leaderboard by ${board.metric.label}`}
      testId="leaderboard"
      density={compact ? 'compact' : 'normal'}
      columns={columns}
      rows={board.rows}
      rowId={(row) => row.modelId}
      rowName={(row) => row.name}
      highlighted={moved}
      onOpen={(row) => router.push(routes.model(row.modelId))}
      {...(compact ? {} : { defaultSort: { id: 'rank', desc: false } })}
      {...(selection ? { selection: { ...selection, max: 4 } } : {})}
    />
  );
}

const badgeWords: Record<string, { word: string; title: string }> = {
  baseline: { word: 'baseline', title: 'Answers the same for every row; any useful model must beat it' },
  ensemble: { word: 'ensemble', title: 'A weighted average of the best models' },
  'not-better-than-best': {
    word: 'no gain',
    title: 'Not better than the best single model; the single model is simpler',
  },
};

function Badges({ row }: { row: LeaderboardRow }) {
  return (
    <span className="flex flex-wrap gap-1">
      {row.champion ? <ChampionBadge /> : null}
      {row.badges.includes('winner') ? <WinnerBadge /> : null}
      {row.badges
        .filter((badge) => badge in badgeWords)
        .map((badge) => (
          <Badge key={badge} title={badgeWords[badge]!.title}>
            {badgeWords[badge]!.word}
          </Badge>
        ))}
      {row.tiedWithBest && row.rank > 1 ? (
        <Badge icon={<Equal aria-hidden className="size-3" />} title="The difference to the best can be luck">
          tied with best
        </Badge>
      ) : null}
    </span>
  );
}

function columnsOf(
  board: Leaderboard,
  familyLabel: (id: string) => string,
  { compact, holdout }: { compact: boolean; holdout: boolean },
): TableColumn<LeaderboardRow>[] {
  const { metric, rows } = board;
  const intervals = rows.map(({ validation }) => ({
    value: validation.mean,
    low: validation.ciLow,
    high: validation.ciHigh,
  }));
  const domain = axisOf(intervals);
  const best = rows[0]?.validation.mean ?? null;
  const opened = rows.some((row) => row.holdout !== null);
  const betterFirst = metric.higherIsBetter ? 'desc' : 'asc';
  const score: TableColumn<LeaderboardRow>[] = [
    {
      id: 'rank',
      header: 'Rank',
      align: 'right',
      className: 'w-12',
      cell: (row) => row.rank,
      ...(compact ? {} : { sortValue: (row: LeaderboardRow) => row.rank }),
    },
    {
      id: 'model',
      header: 'Model',
      cell: (row) => (
        <span className="flex min-w-0 flex-col gap-0.5">
          <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <Link href={routes.model(row.modelId)} className="rounded-sm font-medium no-underline hover:underline">
              {familyLabel(row.family)}
            </Link>
            <Badges row={row} />
          </span>
          <span className="line-clamp-1 text-ink-2 text-small max-sm:hidden" title={row.name}>
            #{row.trialNumber} · {settingsOf(row.name, familyLabel(row.family))}
          </span>
        </span>
      ),
    },
    {
      id: 'score',
      header: metric.label,
      unit: metric.higherIsBetter ? '↑' : '↓',
      help: `Mean of the validation folds, ${metric.higherIsBetter ? 'higher' : 'lower'} is better`,
      align: 'right',
      cell: (row) => (
        <span className={row.rank === 1 ? 'font-semibold' : ''}>
          <Num value={row.validation.mean} format={formatScore} reason="This model has no score" />
        </span>
      ),
      ...(compact ? {} : { sortValue: (row: LeaderboardRow) => row.validation.mean, firstSort: betterFirst }),
    },
    {
      id: 'interval',
      header: '95 % interval',
      hideHeader: domain === null,
      className: 'w-56 min-w-32 max-sm:hidden',
      cell: (row) =>
        domain ? (
          <DotInterval
            value={row.validation.mean}
            low={row.validation.ciLow}
            high={row.validation.ciHigh}
            domain={domain}
            reference={best}
            emphasised={row.rank === 1}
            label={intervalWords(row)}
          />
        ) : null,
    },
  ];
  if (compact) return [...score, ...costColumns().slice(0, 1)];
  return [...score, ...(holdout ? [holdoutColumn(opened, betterFirst)] : []), ...costColumns()];
}

/** A model's name without the family, which stands above it already. */
export function settingsOf(name: string, family: string): string {
  if (name === family) return 'default settings';
  for (const divider of [' · ', ', ']) {
    if (name.startsWith(family + divider)) return name.slice(family.length + divider.length);
  }
  return name;
}

/** The shared axis; a baseline far away must not press the others together, so it may lie off the axis. */
function axisOf(
  intervals: readonly { value: number | null; low: number | null; high: number | null }[],
): [number, number] | null {
  const half = intervals.slice(0, Math.max(2, Math.ceil(intervals.length * 0.8)));
  return intervalDomain(half);
}

function intervalWords({ validation }: LeaderboardRow): string {
  const { mean, ciLow, ciHigh } = validation;
  if (ciLow === null || ciHigh === null) return `${formatScore(mean)}, no interval`;
  return `${formatScore(mean)}, between ${formatScore(ciLow)} and ${formatScore(ciHigh)}`;
}

function holdoutColumn(opened: boolean, betterFirst: 'asc' | 'desc'): TableColumn<LeaderboardRow> {
  return {
    id: 'holdout',
    header: 'Holdout',
    help: 'Score on the sealed rows, once they are opened',
    align: 'right',
    className: 'max-md:hidden',
    cell: (row) =>
      row.holdout ? (
        <Num value={row.holdout.value} format={formatScore} />
      ) : (
        <span className="inline-flex text-ink-3" title={opened ? 'This model has no holdout score' : 'Sealed'}>
          {opened ? '—' : <LockKeyhole role="img" aria-label="sealed" className="size-3.5" />}
        </span>
      ),
    ...(opened ? { sortValue: (row: LeaderboardRow) => row.holdout?.value ?? null, firstSort: betterFirst } : {}),
  };
}

function costColumns(): TableColumn<LeaderboardRow>[] {
  return [
    {
      id: 'fit',
      header: 'Fit',
      help: 'Time to fit, all folds',
      align: 'right',
      cell: (row) => formatSeconds(row.fitSeconds),
      sortValue: (row) => row.fitSeconds,
      className: 'max-sm:hidden',
    },
    {
      id: 'predict',
      header: 'Predict',
      unit: 'ms/row',
      align: 'right',
      cell: (row) => <Num value={row.predictMsPerRow} format={formatNumber} />,
      sortValue: (row) => row.predictMsPerRow,
      className: 'max-md:hidden',
    },
    {
      id: 'size',
      header: 'Size',
      align: 'right',
      cell: (row) => formatBytes(row.sizeBytes),
      sortValue: (row) => row.sizeBytes,
      className: 'max-lg:hidden',
    },
  ];
}

/** Rows that are new since the last look, or rose; empty at first. */
function useMoved(rows: readonly LeaderboardRow[]): ReadonlySet<string> {
  const before = useRef<ReadonlyMap<string, number> | null>(null);
  const [moved, setMoved] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const ranks = new Map(rows.map((row) => [row.modelId, row.rank]));
    const last = before.current;
    before.current = ranks;
    if (!last) return;
    const risen = rows.filter((row) => {
      const rank = last.get(row.modelId);
      return rank === undefined || row.rank < rank;
    });
    if (risen.length > 0) setMoved(new Set(risen.map((row) => row.modelId)));
  }, [rows]);
  return moved;
}
