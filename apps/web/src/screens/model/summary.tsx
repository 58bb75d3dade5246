'use client';
import type { ModelView } from '@laurel/contracts';
import {
  Button,
  Card,
  ErrorState,
  formatCount,
  formatPercent,
  formatScore,
  Num,
  ShareBar,
  Skeleton,
  Stat,
} from '@laurel/ui';
import { asFailure } from '@/client/api.ts';
import { useEvaluation, useImportance } from '@/client/queries/models.ts';

/** Four questions in four cards: how good, is it sure, what drives it, where is it weak. */
export function Summary({ model, onOpen }: { model: ModelView; onOpen: (tab: 'performance' | 'explanation') => void }) {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <HowGood model={model} />
      <Sure model={model} onOpen={() => onOpen('performance')} />
      <Drivers model={model} onOpen={() => onOpen('explanation')} />
      <Weak model={model} onOpen={() => onOpen('performance')} />
    </div>
  );
}

function HowGood({ model }: { model: ModelView }) {
  const { mean, std, ciLow, ciHigh } = model.score;
  const others = Object.entries(model.metrics).filter(([id]) => id !== model.metric.id);
  return (
    <Card title="How good is it?">
      <Stat
        label={`${model.metric.label}, ${model.metric.higherIsBetter ? 'higher' : 'lower'} is better`}
        value={formatScore(mean)}
        note={
          ciLow !== null && ciHigh !== null
            ? `95 % interval ${formatScore(ciLow)} to ${formatScore(ciHigh)}${std === null ? '' : `, ± ${formatScore(std)} between folds`}`
            : undefined
        }
      />
      <p className="mt-3 text-ink-2">
        {model.holdout
          ? `On the holdout, which no model was chosen on: ${formatScore(model.holdout.value)}${model.holdout.ciLow === null ? '' : ` (${formatScore(model.holdout.ciLow)} to ${formatScore(model.holdout.ciHigh)})`}.`
          : 'Measured on rows that the fold models had not seen.'}
      </p>
      {others.length > 0 ? (
        <dl className="mt-3 grid grid-cols-2 gap-x-6 gap-y-1 text-small sm:grid-cols-3">
          {others.map(([id, value]) => (
            <div key={id} className="flex justify-between gap-2">
              <dt className="text-ink-2">{id}</dt>
              <dd>
                <Num value={value} format={formatScore} />
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
    </Card>
  );
}

function Sure({ model, onOpen }: { model: ModelView; onOpen: () => void }) {
  const evaluation = useEvaluation(model.id, 'oof');
  return (
    <Card title="Is it sure of the right things?" aside={<More onClick={onOpen} words="Calibration" />}>
      <Loaded query={evaluation} what="The evaluation">
        {({ classification, regression }) => {
          if (classification) {
            const rows = classification.calibration.reduce((sum, bin) => sum + bin.count, 0) || 1;
            const gap = classification.calibration.reduce(
              (sum, bin) => sum + (Math.abs(bin.predicted - bin.observed) * bin.count) / rows,
              0,
            );
            const words =
              gap < 0.02
                ? 'can be read as they are'
                : gap < 0.06
                  ? 'are roughly right'
                  : 'should not be read as chances';
            return (
              <>
                <Stat
                  label="Expected calibration error"
                  value={formatPercent(gap)}
                  note={`The probabilities ${words}.`}
                />
                <p className="mt-3 text-ink-2">
                  When it gives a probability, reality differs from it by {formatPercent(gap)} on average, over{' '}
                  {formatCount(rows)} rows.
                </p>
              </>
            );
          }
          const [low, , middle, , high] = regression?.residualQuantiles ?? [];
          return (
            <>
              <Stat
                label="Typical error"
                value={low === undefined ? '—' : `${formatScore(low)} to ${formatScore(high)}`}
                note="9 of 10 rows lie in this range of actual minus predicted."
              />
              <p className="mt-3 text-ink-2">
                The middle error is {formatScore(middle)};{' '}
                {Math.abs(middle ?? 0) < Math.abs((high ?? 1) - (low ?? 0)) * 0.05
                  ? 'it does not lean to one side.'
                  : 'it leans to one side.'}
              </p>
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}

function Drivers({ model, onOpen }: { model: ModelView; onOpen: () => void }) {
  const importance = useImportance(model.id, model.hasArtifact);
  return (
    <Card title="What drives it?" aside={<More onClick={onOpen} words="All columns" />}>
      {model.hasArtifact ? (
        <Loaded query={importance} what="The importance of columns">
          {({ features }) => {
            const top = features.slice(0, 5);
            const most = Math.max(1e-12, ...top.map((entry) => entry.mean));
            return (
              <ol className="flex flex-col gap-2">
                {top.map((entry) => (
                  <li key={entry.feature} className="grid grid-cols-[minmax(0,9rem)_1fr_4rem] items-center gap-3">
                    <bdi className="truncate" title={entry.feature}>
                      {entry.feature}
                    </bdi>
                    <ShareBar
                      share={Math.max(0, entry.mean) / most}
                      label={`${entry.feature}: ${entry.mean}`}
                      className="h-2 w-full"
                    />
                    <span className="text-right text-small">
                      <Num value={entry.mean} />
                    </span>
                  </li>
                ))}
              </ol>
            );
          }}
        </Loaded>
      ) : (
        <NoArtifact />
      )}
    </Card>
  );
}

function Weak({ model, onOpen }: { model: ModelView; onOpen: () => void }) {
  const evaluation = useEvaluation(model.id, 'oof');
  return (
    <Card title="Where is it weak?" aside={<More onClick={onOpen} words="Errors" />}>
      <Loaded query={evaluation} what="The evaluation">
        {({ classification, regression }) => {
          if (classification) {
            const recalls = classification.confusion.labels
              .map((label, index) => {
                const row = classification.confusion.matrix[index] ?? [];
                const total = row.reduce((sum, count) => sum + count, 0);
                return { label, recall: total > 0 ? (row[index] ?? 0) / total : null, total };
              })
              .filter((entry): entry is { label: string; recall: number; total: number } => entry.recall !== null)
              .sort((a, b) => a.recall - b.recall);
            const worst = recalls[0];
            if (!worst) return <p className="text-ink-2">No row was classified.</p>;
            return (
              <>
                <Stat
                  label={`Worst class: ${worst.label}`}
                  value={formatPercent(worst.recall)}
                  note={`found of its ${formatCount(worst.total)} rows`}
                />
                <ul className="mt-3 flex flex-col gap-1.5 text-small">
                  {recalls.slice(0, 5).map((entry) => (
                    <li key={entry.label} className="grid grid-cols-[minmax(0,9rem)_1fr_3rem] items-center gap-3">
                      <bdi className="truncate">{entry.label}</bdi>
                      <ShareBar share={entry.recall} label={`${entry.label}: ${formatPercent(entry.recall)} found`} />
                      <span className="text-right tabular-nums">{formatPercent(entry.recall)}</span>
                    </li>
                  ))}
                </ul>
              </>
            );
          }
          const worst = largestMiss(regression?.scatter ?? []);
          return worst ? (
            <>
              <Stat
                label="Largest miss among the sampled rows"
                value={formatScore(worst.actual - worst.predicted)}
                note={`predicted ${formatScore(worst.predicted)}, actual ${formatScore(worst.actual)}`}
              />
              <p className="mt-3 text-ink-2">See the residuals for where its errors grow.</p>
            </>
          ) : (
            <p className="text-ink-2">No row was predicted.</p>
          );
        }}
      </Loaded>
    </Card>
  );
}

function largestMiss(scatter: readonly (readonly [number, number])[]): { predicted: number; actual: number } | null {
  let worst: { predicted: number; actual: number } | null = null;
  for (const [predicted, actual] of scatter) {
    if (!worst || Math.abs(actual - predicted) > Math.abs(worst.actual - worst.predicted))
      worst = { predicted, actual };
  }
  return worst;
}

export function NoArtifact() {
  return (
    <p className="text-ink-2">
      This model was not kept: only ensemble members, the best of each family and the 20 best are. Its scores and
      settings stay on record.
    </p>
  );
}

function More({ onClick, words }: { onClick: () => void; words: string }) {
  return (
    <Button size="small" kind="quiet" onClick={onClick}>
      {words}
    </Button>
  );
}

/** Skeleton, error with retry, or the content. */
export function Loaded<T>({
  query,
  what,
  children,
  className = 'h-40 w-full',
}: {
  query: { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };
  what: string;
  children: (data: T) => React.ReactNode;
  className?: string;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) {
    return (
      <ErrorState
        title={`${what} could not be loaded.`}
        failure={asFailure(query.error)}
        onRetry={() => query.refetch()}
      />
    );
  }
  return <Skeleton className={className} />;
}
