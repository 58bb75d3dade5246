'use client';
import { type ModelView, predictsValues } from '@laurel/contracts';
import {
  Button,
  Card,
  ErrorState,
  FactTable,
  formatCount,
  formatPercent,
  formatScore,
  Num,
  ShareBar,
  Skeleton,
  Stat,
} from '@laurel/ui';
import { Chart } from '@laurel/ui/charts';
import { ChevronRight } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { asFailure } from '@/client/api.ts';
import { metricLabel } from '@/client/metric-label.ts';
import { useExperiment } from '@/client/queries/experiments.ts';
import { useEvaluation, useImportance, useModel } from '@/client/queries/models.ts';
import { useChampion } from '@/client/queries/promotions.ts';
import { routes } from '@/client/routes.ts';
import { calibrationSpec, residualSpec } from './specs.ts';

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
        value={<Num value={mean} format={formatScore} />}
        note={
          ciLow !== null && ciHigh !== null
            ? `95 % interval ${formatScore(ciLow)} to ${formatScore(ciHigh)}${std ? `, ± ${formatScore(std)} between folds` : ''}`
            : 'measured on rows that its fold models had not seen'
        }
      />
      <div className="mt-3">
        <Against model={model} />
      </div>
      {others.length > 0 ? (
        <dl className="mt-3 grid grid-cols-1 gap-x-8 gap-y-1 border-line border-t pt-3 text-small sm:grid-cols-2">
          {others.map(([id, value]) => (
            <div key={id} className="flex justify-between gap-2">
              <dt className="text-ink-2">{metricLabel(id)}</dt>
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

/** The same score of the baseline, of the champion and of this model on the holdout. */
function Against({ model }: { model: ModelView }) {
  const experiment = useExperiment(model.experimentId);
  const champion = useChampion(model.projectId);
  const rival = useModel(champion.data?.modelId ?? null);
  const baseline = experiment.data?.progress.baselineScore ?? null;
  const rows: { name: ReactNode; value: ReactNode }[] = [];
  if (baseline !== null && model.family !== 'baseline') {
    rows.push({ name: 'Baseline', value: <Compared model={model} other={baseline} /> });
  }
  if (rival.data && rival.data.id !== model.id && rival.data.metric.id === model.metric.id) {
    rows.push({
      name: (
        <Link href={routes.compare([model.id, rival.data.id])} className="link">
          Champion
        </Link>
      ),
      value: <Compared model={model} other={rival.data.score.mean} />,
    });
  }
  if (model.holdout) {
    const { value, ciLow, ciHigh } = model.holdout;
    rows.push({
      name: 'On the holdout',
      value: (
        <>
          <Num value={value} format={formatScore} />
          {ciLow === null ? null : (
            <span className="text-ink-2">
              {' '}
              · {formatScore(ciLow)} to {formatScore(ciHigh)}
            </span>
          )}
        </>
      ),
    });
  }
  return rows.length > 0 ? <FactTable caption="Compared with" rows={rows} /> : null;
}

function Compared({ model, other }: { model: ModelView; other: number | null }) {
  const { mean } = model.score;
  if (other === null || mean === null) return formatScore(other);
  const gain = model.metric.higherIsBetter ? mean - other : other - mean;
  return (
    <>
      <Num value={other} format={formatScore} />
      <span className="text-ink-2">
        {' '}
        · {gain === 0 ? 'the same' : `this is ${formatScore(Math.abs(gain))} ${gain > 0 ? 'better' : 'worse'}`}
      </span>
    </>
  );
}

function Sure({ model, onOpen }: { model: ModelView; onOpen: () => void }) {
  const evaluation = useEvaluation(model.id, 'oof');
  return (
    <Card
      title={predictsValues(model.task) ? 'How far off is it?' : 'Is it sure of the right things?'}
      aside={<More onClick={onOpen} words={predictsValues(model.task) ? 'Residuals' : 'Calibration'} />}
    >
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
                  note={`Over ${formatCount(rows)} rows; the probabilities ${words}.`}
                />
                <Chart className="-mt-4" spec={calibrationSpec(classification.calibration)} height="small" hideTitle />
              </>
            );
          }
          const [low, , , , high] = regression?.residualQuantiles ?? [];
          return (
            <>
              <Stat
                label="Typical error"
                value={low === undefined ? '—' : `${formatScore(low)} to ${formatScore(high)}`}
                note="9 of 10 rows lie in this range of actual minus predicted."
              />
              {regression ? (
                <Chart className="-mt-4" spec={residualSpec(model.target, regression)} height="small" hideTitle />
              ) : null}
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
          {({ features, metric }) => {
            const top = features.slice(0, 5);
            const most = Math.max(1e-12, ...top.map((entry) => entry.mean));
            return (
              <>
                <p className="mb-3 text-ink-2 text-small">
                  How much {metricLabel(metric)} worsens when the column is shuffled
                </p>
                <ol className="flex flex-col gap-2">
                  {top.map((entry) => (
                    <li key={entry.feature} className="grid grid-cols-[minmax(0,9rem)_1fr_4rem] items-center gap-3">
                      <bdi className="truncate text-left" title={entry.feature}>
                        {entry.feature}
                      </bdi>
                      <ShareBar
                        share={Math.max(0, entry.mean) / most}
                        label={`${entry.feature}: ${entry.mean}`}
                        className="h-2 w-full"
                      />
                      <span className="text-right text-small">
                        <Num value={entry.mean} format={formatScore} />
                      </span>
                    </li>
                  ))}
                </ol>
              </>
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
                  label={worst.recall === 1 ? 'Every class' : `Worst class: ${worst.label}`}
                  value={formatPercent(worst.recall)}
                  note={
                    worst.recall === 1
                      ? 'of its rows are found'
                      : `found of its ${formatCount(worst.total)} rows${classification.threshold === null ? '' : ` at a threshold of ${classification.threshold}`}`
                  }
                />
                <ul className="mt-3 flex flex-col gap-1.5 text-small">
                  {recalls.slice(0, 5).map((entry) => (
                    <li key={entry.label} className="grid grid-cols-[minmax(0,9rem)_1fr_3rem] items-center gap-3">
                      <bdi className="truncate text-left" title={entry.label}>
                        {entry.label}
                      </bdi>
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
    <Button size="small" kind="quiet" onClick={onClick} className="-mr-2">
      {words}
      <ChevronRight aria-hidden className="size-3.5" />
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
