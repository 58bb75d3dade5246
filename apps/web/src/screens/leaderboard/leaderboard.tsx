'use client';
import type { Leaderboard as Board, ExperimentView } from '@laurel/contracts';
import {
  Button,
  buttonClass,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  formatCount,
  plural,
  TableSkeleton,
  toast,
} from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import { ChevronRight, Columns3, Download, LockKeyhole, LockKeyholeOpen, X } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { apiPath, asFailure } from '@/client/api.ts';
import { isEnded, useExperimentCommand, useLeaderboard } from '@/client/queries/experiments.ts';
import { routes } from '@/client/routes.ts';
import { useFamilyLabel } from '@/frame/context.tsx';
import { ExperimentShell } from '../run/experiment-shell.tsx';
import { LeaderboardTable } from './leaderboard-table.tsx';
import { speedScatter } from './speed-scatter.ts';

/** Every model of an experiment, best first; the place to compare and to ask for a promotion. */
export function Leaderboard({ experimentId }: { experimentId: string }) {
  return (
    <ExperimentShell experimentId={experimentId}>
      {(experiment, editable) => <LeaderboardBody experiment={experiment} editable={editable} />}
    </ExperimentShell>
  );
}

function LeaderboardBody({ experiment, editable }: { experiment: ExperimentView; editable: boolean }) {
  const board = useLeaderboard(experiment.id, { live: !isEnded(experiment) });
  const [selected, setSelected] = useState<string[]>([]);
  if (board.isError && !board.data) {
    return (
      <ErrorState
        title="The leaderboard could not be loaded."
        failure={asFailure(board.error)}
        onRetry={() => void board.refetch()}
      />
    );
  }
  if (!board.data) return <TableSkeleton label="Loading the leaderboard" />;
  if (board.data.rows.length === 0) {
    return (
      <EmptyState title={isEnded(experiment) ? 'No model was finished' : 'No model is finished yet'}>
        {isEnded(experiment)
          ? 'The trials say why each of them failed.'
          : 'The first ones appear here a few seconds after the start.'}
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <HoldoutLine
          experiment={experiment}
          editable={editable}
          opened={board.data.rows.some((row) => row.holdout !== null)}
        />
        <a
          href={apiPath(`/experiments/${experiment.id}/leaderboard`, { format: 'csv' })}
          download
          className={buttonClass('secondary', 'small')}
        >
          <Download aria-hidden className="size-3.5" />
          CSV
        </a>
      </div>
      <SpeedAgainstScore board={board.data} experiment={experiment} />
      <LeaderboardTable
        board={board.data}
        holdout={(experiment.plan?.rows.holdout ?? 0) > 0}
        selection={{ selected, onChange: setSelected }}
      />
      <p className="text-ink-2 text-small">
        Select two to four models with the boxes or the space bar to compare them. A score is the mean over folds that
        the model had not seen; the line is its 95 % interval.
      </p>
      <SelectionBar selected={selected} board={board.data} editable={editable} onClear={() => setSelected([])} />
    </div>
  );
}

function HoldoutLine({
  experiment,
  editable,
  opened,
}: {
  experiment: ExperimentView;
  editable: boolean;
  opened: boolean;
}) {
  const [asking, setAsking] = useState(false);
  const reveal = useExperimentCommand(experiment.id);
  const rows = experiment.plan?.rows.holdout ?? 0;
  if (rows === 0) {
    return <p className="text-ink-2">No rows are held out here; repeated cross-validation has the last word.</p>;
  }
  if (opened || experiment.holdoutOpenings > 0) {
    return (
      <p className="flex items-center gap-1.5 text-ink-2">
        <LockKeyholeOpen aria-hidden className="size-3.5" />
        The holdout of {plural(rows, 'row')} is open
        {experiment.holdoutOpenings > 0
          ? `; opened ${experiment.holdoutOpenings === 1 ? 'once' : `${experiment.holdoutOpenings} times`}, on record.`
          : '.'}
      </p>
    );
  }
  return (
    <div className="flex flex-wrap items-center gap-3">
      <p className="flex items-center gap-1.5 text-ink-2">
        <LockKeyhole aria-hidden className="size-3.5" />
        {formatCount(rows)} rows are sealed for the last word.
      </p>
      {editable && isEnded(experiment) ? (
        <Button size="small" data-testid="reveal-holdout" onClick={() => setAsking(true)}>
          Reveal, on record
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Reveal the holdout?"
        action="Reveal the scores"
        kind="primary"
        busy={reveal.isPending}
        onConfirm={() =>
          reveal.mutate('reveal-holdout', {
            onError: (error) =>
              toast({ kind: 'error', title: 'The holdout stays sealed.', text: asFailure(error).message }),
            onSettled: () => setAsking(false),
          })
        }
      >
        The scores on the sealed rows are shown to everyone in the project. Choosing a model by them makes them worth
        less, so who opened them and when is recorded and counted. A promotion request opens them by itself.
      </ConfirmDialog>
    </div>
  );
}

function SpeedAgainstScore({ board, experiment }: { board: Board; experiment: ExperimentView }) {
  const [open, setOpen] = useState(false);
  const router = useRouter();
  const familyLabel = useFamilyLabel();
  const families = experiment.plan?.families;
  const spec = useMemo(() => speedScatter(board, families ?? [], familyLabel), [board, families, familyLabel]);
  return (
    <div className="rounded border border-line bg-surface">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full cursor-pointer items-center gap-1.5 rounded px-3 py-2 text-left font-medium hover:bg-hover"
      >
        <ChevronRight aria-hidden className={open ? 'size-4 rotate-90 text-ink-3' : 'size-4 text-ink-3'} />
        Speed against score
      </button>
      {open ? (
        <div className="px-4 pb-4">
          <Chart
            spec={spec}
            hideTitle
            onPick={(stop) => {
              const row = board.rows.find((candidate) => stop.title.startsWith(`#${candidate.trialNumber} `));
              if (row) router.push(routes.model(row.modelId));
            }}
          />
        </div>
      ) : null}
    </div>
  );
}

function SelectionBar({
  selected,
  board,
  editable,
  onClear,
}: {
  selected: readonly string[];
  board: Board;
  editable: boolean;
  onClear: () => void;
}) {
  if (selected.length === 0) return null;
  const [only] = selected;
  const name = board.rows.find((row) => row.modelId === only)?.name;
  return (
    <section
      aria-label="Selected models"
      data-testid="selection-bar"
      className="fixed inset-x-4 bottom-20 z-20 mx-auto flex max-w-2xl flex-wrap items-center gap-2 rounded bg-surface p-2 pl-4 shadow-float md:bottom-4"
    >
      <p className="min-w-0 flex-1 truncate font-medium" aria-live="polite">
        {selected.length === 1 ? name : `${selected.length} models selected`}
        {selected.length === 1 ? (
          <span className="block truncate font-normal text-ink-2 text-small">Select another to compare</span>
        ) : null}
      </p>
      <Button kind="quiet" icon={<X aria-hidden className="size-3.5" />} onClick={onClear}>
        Clear
      </Button>
      {selected.length === 1 && editable && only ? (
        <Button kind="primary" render={<Link href={routes.promote(only)} />}>
          Request promotion
        </Button>
      ) : null}
      {selected.length > 1 ? (
        <Button
          kind="primary"
          icon={<Columns3 aria-hidden className="size-3.5" />}
          render={<Link href={routes.compare(selected)} />}
        >
          Compare
        </Button>
      ) : null}
    </section>
  );
}
