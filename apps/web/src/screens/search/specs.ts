import {
  type HistoryPoint,
  type ImportanceOfParameters,
  type ParallelCoordinates,
  searchHistory,
  trialTimeline,
} from '@laurel/automl/insight';
import type { ChartSpec, ExperimentView, TrialView } from '@laurel/contracts';
import type { ParallelChartAxis, ParallelChartLine, TimelineChartLane } from '@laurel/ui/charts';
import { formatPercent, formatScore, formatSeconds } from '@laurel/ui/format';
import type { FamilyDetails } from '../families.ts';
import { familyColor } from '../family-color.ts';
import { domainOf } from '../run/run-chart.ts';

type Series = ChartSpec['series'][number];
export type Along = 'time' | 'number';

export interface SearchChartInput {
  trials: readonly TrialView[];
  families: readonly FamilyDetails[];
  experiment: Pick<ExperimentView, 'plan' | 'metric' | 'progress'>;
}

/** Every trial as a point along time or its number, hollow when it was stopped or saw a part of the rows, and the best so far. */
export function historySpec({ trials, families, experiment }: SearchChartInput, along: Along): ChartSpec {
  const { metric, progress } = experiment;
  const higherIsBetter = metric?.higherIsBetter ?? true;
  const history = searchHistory(trials, families, higherIsBetter);
  const place = (point: HistoryPoint) => (along === 'number' ? point.number : point.secondsSinceStart);
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  const order = orderOf(experiment, trials);
  const series: Series[] = [bestSeries(history, along)];
  const scored: { score: number | null }[] = [];
  order.forEach((family, index) => {
    const label = families.find(({ id }) => id === family)?.label ?? family;
    for (const whole of [true, false]) {
      const points = history.flatMap((point) => {
        const score = point.score ?? byNumber.get(point.number)?.score ?? null;
        const x = place(point);
        if (point.family !== family || score === null || x === null || (point.score !== null) !== whole) return [];
        scored.push({ score });
        return [{ x, y: score, label: `#${point.number} ${point.name}: ${formatScore(score)}` }];
      });
      if (points.length === 0) continue;
      const look = { mark: 'point', color: familyColor(index), points } as const;
      series.push(
        whole
          ? { ...look, id: family, label }
          : { ...look, id: `${family}:part`, label: `${label}, stopped or on fewer rows`, faint: true },
      );
    }
  });
  const domain = domainOf(scored, progress.baselineScore, higherIsBetter);
  return {
    schemaVersion: 1,
    id: 'search-history',
    title: 'History',
    note: `${higherIsBetter ? 'Higher' : 'Lower'} is better. Filled: scored on all rows. Hollow: stopped early, or on a part of the rows.`,
    x: {
      ...(along === 'time' ? { label: 'time since the start', unit: 's' } : { label: 'number of the trial' }),
      kind: 'number',
      scale: 'linear',
    },
    y: { label: metric?.label ?? 'score', kind: 'number', scale: 'linear', domain },
    series,
  };
}

/** The line of the best score; along numbers, the best among the trials up to a number. */
function bestSeries(history: readonly HistoryPoint[], along: Along): Series {
  const points: Series['points'] = [];
  if (along === 'time') {
    for (const { secondsSinceStart, best, name, isNewBest } of history) {
      if (best === null || secondsSinceStart === null) continue;
      points.push({ x: secondsSinceStart, y: best, ...(isNewBest ? { label: name } : {}) });
    }
  } else {
    const best = history.filter((point) => point.isNewBest).sort((a, b) => a.number - b.number);
    let last = -1;
    for (const point of history.filter(({ isNewBest }) => isNewBest)) {
      if (point.number < last) continue;
      last = point.number;
      points.push({ x: point.number, y: point.score, label: point.name });
    }
    const end = Math.max(...history.map(({ number }) => number));
    const lastBest = points.at(-1);
    if (best.length > 0 && lastBest && end > last) points.push({ x: end, y: lastBest.y });
  }
  return { id: 'best', label: 'best so far', mark: 'step', points, color: 7 };
}

function orderOf({ plan }: Pick<ExperimentView, 'plan'>, trials: readonly TrialView[]): string[] {
  return [...new Set([...(plan?.families ?? []), ...trials.map(({ family }) => family)])];
}

/** Axes and lines of one family for the parallel chart. */
export function parallelChart(
  { axes, lines }: ParallelCoordinates,
  word: (value: unknown) => string,
): { axes: ParallelChartAxis[]; lines: ParallelChartLine[] } {
  return {
    axes: axes.map((axis) => ({
      name: axis.name,
      label: axis.label,
      ends:
        axis.kind === 'number' ? [word(axis.min), word(axis.max)] : [word(axis.values[0]), word(axis.values.at(-1))],
    })),
    lines: lines.map(({ number, score, values }) => ({
      id: String(number),
      label: `#${number}`,
      score,
      values: values.map(({ value, position }) => ({ word: word(value), position })),
    })),
  };
}

/** Shares of the hyperparameters of a family with their spread over resamples, the largest first. */
export function importanceSpec(found: Extract<ImportanceOfParameters, { kind: 'found' }>, label: string): ChartSpec {
  return {
    schemaVersion: 1,
    id: `parameter-importance-${found.family}`,
    title: label,
    note: `From ${found.trials} trials. The settings explain ${formatPercent(Math.min(1, found.explained))} of the differences in rank.`,
    x: { label: 'hyperparameter', kind: 'category', scale: 'linear' },
    y: { label: 'share of the importance', kind: 'number', scale: 'linear', domain: [0, 1] },
    horizontal: true,
    series: [
      {
        id: 'share',
        label: 'share',
        mark: 'bar',
        points: found.parameters.map(({ label: name, share, low, high }) => ({ x: name, y: share, low, high })),
      },
    ],
  };
}

/** A row per worker and slot with the bars of its trials. */
export function timelineLanes({ trials, families, experiment }: SearchChartInput, nowMs: number): TimelineChartLane[] {
  const order = orderOf(experiment, trials);
  const byNumber = new Map(trials.map((trial) => [trial.number, trial]));
  return trialTimeline(trials, nowMs).map(({ worker, bars }, at) => ({
    id: worker ?? `lane ${at}`,
    // host and process say little to people; the name and slot do
    label: worker?.split('/').at(-1) ?? 'not recorded',
    bars: bars.map((bar) => {
      const trial = byNumber.get(bar.number);
      const label = families.find(({ id }) => id === bar.family)?.label ?? bar.family;
      return {
        id: String(bar.number),
        label: [
          `#${bar.number} ${label}`,
          statusWords[bar.status],
          formatSeconds(bar.to - bar.from),
          trial?.peakMb ? `${Math.round(trial.peakMb)} MB` : null,
          bar.score === null ? null : formatScore(bar.score),
        ]
          .filter(Boolean)
          .join(' · '),
        from: bar.from,
        to: bar.to,
        color: familyColor(order.indexOf(bar.family)),
        look: looks[bar.status],
      };
    }),
  }));
}

const statusWords = {
  completed: 'done',
  pruned: 'stopped early',
  failed: 'failed',
  cancelled: 'given up',
  running: 'in work',
  queued: 'waiting',
} as const;
const looks = {
  completed: 'full',
  pruned: 'hollow',
  failed: 'crossed',
  cancelled: 'hollow',
  running: 'open',
  queued: 'open',
} as const;
