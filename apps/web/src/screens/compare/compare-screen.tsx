'use client';
import type { ModelComparison, ModelView, PairedComparison } from '@laurel/contracts';
import { metrics } from '@laurel/evaluation';
import {
  Badge,
  Card,
  ChampionBadge,
  EmptyState,
  ErrorState,
  formatBytes,
  formatCount,
  formatNumber,
  formatScore,
  formatSeconds,
  Notice,
  Select,
  Skeleton,
  Switch,
} from '@laurel/ui';
import { seriesLook } from '@laurel/ui/charts';
import clsx from 'clsx';
import Link from 'next/link';
import { parseAsArrayOf, parseAsString, useQueryState } from 'nuqs';
import { type ReactNode, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useComparison } from '@/client/queries/models.ts';
import { routes } from '@/client/routes.ts';
import { Page } from '@/frame/page.tsx';
import { ComparedCharts } from './compared-charts.tsx';
import { bestOf, pairOf, sameTask, scoreIn } from './comparing.ts';

/** Two to four models side by side; the set is in the address. */
export function CompareScreen() {
  const [ids] = useQueryState('ids', parseAsArrayOf(parseAsString).withDefault([]));
  const comparison = useComparison(ids);
  if (ids.length < 2 || ids.length > 4) {
    return (
      <Page title="Compare models">
        <EmptyState title="Choose two to four models on a leaderboard.">
          Select their rows, then press Compare.
        </EmptyState>
      </Page>
    );
  }
  if (comparison.error) {
    return (
      <Page title="Compare models">
        <ErrorState
          title="The models could not be compared."
          failure={asFailure(comparison.error)}
          onRetry={() => comparison.refetch()}
        />
      </Page>
    );
  }
  const data = comparison.data;
  const first = data?.models[0];
  return (
    <Page
      title="Compare models"
      projectId={first?.projectId}
      crumbs={[
        ...(first ? [{ label: 'Leaderboard', href: routes.leaderboard(first.experimentId) }] : []),
        { label: 'Compare' },
      ]}
      facts={
        data
          ? [
              `${data.models.length} models`,
              `by ${data.metric.label}`,
              data.rows > 0 ? `tested on the same ${formatCount(data.rows)} rows` : 'validated on different rows',
            ]
          : []
      }
    >
      {data ? (
        <div className="flex flex-col gap-5">
          {data.rows > 0 ? null : (
            <Notice tone="warn">
              {sameTask(data.models)
                ? 'These models were validated on different rows, so a difference between their scores can come from the rows alone.'
                : 'These models predict different things, so their scores say nothing about each other.'}
            </Notice>
          )}
          <ComparisonTable data={data} />
          {sameTask(data.models) ? <ComparedCharts models={data.models} metric={data.metric} /> : null}
        </div>
      ) : (
        <Skeleton className="h-96 w-full" />
      )}
    </Page>
  );
}

function ComparisonTable({ data }: { data: ModelComparison }) {
  const { models, metric } = data;
  const [onlyDiffering, setOnlyDiffering] = useState(true);
  const [baseId, setBaseId] = useState(models[0]?.id ?? '');
  const base = models.find((model) => model.id === baseId) ?? (models[0] as ModelView);
  // the members of an ensemble are numbers of trials; its own page names them
  const parameters = data.parameters.filter((row) => row.name !== 'members' && (row.differs || !onlyDiffering));
  const others = metrics.filter((one) => one.id !== metric.id && models.some((model) => one.id in model.metrics));
  return (
    <Card
      title="Side by side"
      padded={false}
      aside={
        <div className="flex flex-wrap items-center justify-end gap-x-4 gap-y-2 text-small">
          <Switch checked={onlyDiffering} onChange={setOnlyDiffering} label="Only what differs" />
          <div className="w-56">
            <Select
              size="small"
              label="Compared with"
              value={base.id}
              onChange={setBaseId}
              options={models.map((model) => ({ value: model.id, label: `against ${model.name}` }))}
            />
          </div>
        </div>
      }
    >
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label="Comparison"
        className="mt-3 overflow-x-auto"
      >
        <table className="w-full table-fixed border-collapse">
          <thead>
            <tr className="border-line border-b text-left align-bottom">
              <th scope="col" className="sticky left-0 z-10 w-40 bg-surface px-4 py-2 md:w-52">
                <span className="sr-only">Property</span>
              </th>
              {models.map((model, index) => (
                <th key={model.id} scope="col" className="w-44 px-4 py-2 align-top font-medium">
                  <span className="flex items-baseline gap-2">
                    <ModelKey index={index} />
                    <Link href={routes.model(model.id)} className="link wrap-anywhere line-clamp-3" title={model.name}>
                      {model.name}
                    </Link>
                  </span>
                  {model.champion ? (
                    <span className="mt-1 flex">
                      <ChampionBadge />
                    </span>
                  ) : null}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Group title="Scores" columns={models.length} />
            <Line name={metric.label} strong>
              {scores(
                models.map((model) => scoreIn(model, metric.id).mean),
                metric.higherIsBetter,
              ).map((score, index) => (
                <span key={models[index]?.id}>
                  {score}
                  <Interval score={scoreIn(models[index] as ModelView, metric.id)} />
                </span>
              ))}
            </Line>
            <Line name="Difference">
              {models.map((model) => (
                <Difference key={model.id} pair={pairOf(data.pairs, base.id, model.id)} isBase={model.id === base.id} />
              ))}
            </Line>
            {models.some((model) => model.holdout && model.metric.id === metric.id) ? (
              <Line name={`${metric.label} on the holdout`}>
                {scores(
                  models.map((model) => (model.metric.id === metric.id ? (model.holdout?.value ?? null) : null)),
                  metric.higherIsBetter,
                )}
              </Line>
            ) : null}
            {others.map((one) => (
              <Line key={one.id} name={one.label}>
                {scores(
                  models.map((model) => model.metrics[one.id] ?? null),
                  one.higherIsBetter,
                )}
              </Line>
            ))}
            <Group title="Cost" columns={models.length} />
            <Line name="Time to fit">{models.map((model) => formatSeconds(model.fitSeconds))}</Line>
            <Line name="Time per row">{models.map((model) => `${formatNumber(model.predictMsPerRow)} ms`)}</Line>
            <Line name="Size">{models.map((model) => formatBytes(model.sizeBytes))}</Line>
            <Group title={onlyDiffering ? 'Parameters that differ' : 'Parameters'} columns={models.length} />
            {parameters.length === 0 ? (
              <tr>
                <td colSpan={models.length + 1} className="px-4 py-2 text-ink-2">
                  Their parameters are the same.
                </td>
              </tr>
            ) : null}
            {parameters.map((row) => (
              <Line key={row.name} name={<code className="font-mono text-small">{row.name}</code>}>
                {row.values.map(shown)}
              </Line>
            ))}
          </tbody>
        </table>
      </section>
    </Card>
  );
}

/** The scores of a row, the best in bold with an arrow that says which way is better. */
function scores(values: readonly (number | null)[], higherIsBetter: boolean): ReactNode[] {
  const best = bestOf(values, higherIsBetter);
  return values.map((value, index) =>
    value !== null && value === best ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: columns have a fixed order
      <span key={index} className="font-semibold">
        {formatScore(value)}
        <span
          title={higherIsBetter ? 'the highest, which is best' : 'the lowest, which is best'}
          className="ml-1 text-accent-text"
        >
          {higherIsBetter ? '↑' : '↓'}
        </span>
      </span>
    ) : (
      formatScore(value)
    ),
  );
}

function Interval({ score: { ciLow, ciHigh } }: { score: ModelView['score'] }) {
  if (ciLow === null || ciHigh === null) return null;
  return (
    <span className="block text-ink-2 text-small">
      {formatScore(ciLow)} to {formatScore(ciHigh)}
    </span>
  );
}

/** The colour and marker of a model, the same in table and charts. */
export function ModelKey({ index }: { index: number }) {
  return (
    <svg aria-hidden="true" className="h-3 w-5 shrink-0">
      <line
        x1={0}
        x2={20}
        y1={6}
        y2={6}
        stroke={seriesLook({ color: index }, index).color}
        strokeWidth={2.5}
        strokeDasharray={seriesLook({ color: index }, index).dash}
      />
    </svg>
  );
}

function Group({ title, columns }: { title: string; columns: number }) {
  return (
    <tr>
      <th scope="colgroup" colSpan={columns + 1} className="px-4 pt-4 pb-1 text-left font-semibold text-small">
        {title}
      </th>
    </tr>
  );
}

function Line({ name, strong, children }: { name: ReactNode; strong?: boolean; children: readonly ReactNode[] }) {
  return (
    <tr className="border-line border-b last:border-b-0">
      <th
        scope="row"
        className={clsx(
          'sticky left-0 z-10 bg-surface px-4 py-1.5 text-left align-top',
          strong ? 'font-medium' : 'font-normal text-ink-2',
        )}
      >
        {name}
      </th>
      {children.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns have a fixed order
        <td key={index} className="px-4 py-1.5 align-top tabular-nums">
          {value}
        </td>
      ))}
    </tr>
  );
}

function Difference({ pair, isBase }: { pair: PairedComparison | null; isBase: boolean }) {
  if (isBase) return <span className="text-ink-3">compared with this</span>;
  if (!pair || pair.delta === null) return <span className="text-ink-3">not tested</span>;
  return (
    <span title={pair.method}>
      {Math.abs(pair.delta) < 1e-12
        ? 'equal'
        : `${pair.delta > 0 ? 'better' : 'worse'} by ${formatScore(Math.abs(pair.delta))}`}
      <span className="block">
        <Badge tone={pair.verdict === 'likely real' ? 'accent' : 'neutral'}>{pair.verdict}</Badge>
      </span>
    </span>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (typeof value === 'number') return formatNumber(value, 4);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
