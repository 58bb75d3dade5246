import type { ChartSpec, Evaluation, Importance, LearningCurves, PartialDependence } from '@laurel/contracts';
import { formatCount } from '@laurel/ui';
import { metricLabel } from '@/client/metric-label.ts';

/** Charts of the model page as data; ui/charts draws them and makes their tables. */
const axis = (label: string, extra: Partial<ChartSpec['x']> = {}): ChartSpec['x'] => ({
  label,
  kind: 'number',
  scale: 'linear',
  ...extra,
});
const chart = (input: Omit<ChartSpec, 'schemaVersion' | 'series'> & { series?: ChartSpec['series'] }): ChartSpec => ({
  schemaVersion: 1,
  series: [],
  ...input,
});
type Points = ChartSpec['series'][number]['points'];
const pairs = (points: readonly (readonly [number, number])[]): Points => points.map(([x, y]) => ({ x, y }));

type Classification = NonNullable<Evaluation['classification']>;
type Regression = NonNullable<Evaluation['regression']>;

export function rocSpec(curves: Classification['roc'], mark?: { x: number; y: number }): ChartSpec {
  return chart({
    id: 'roc',
    title: 'ROC curve',
    note: 'How many of the positives are found (up) at what share of false alarms (right).',
    x: axis('False positive rate', { domain: [0, 1] }),
    y: axis('True positive rate', { domain: [0, 1] }),
    series: [
      {
        id: 'chance',
        label: 'chance',
        mark: 'line',
        faint: true,
        points: pairs([
          [0, 0],
          [1, 1],
        ]),
      },
      ...curves.map((curve, index) => ({
        id: curve.label,
        label: curve.auc === null ? curve.label : `${curve.label} (AUC ${curve.auc.toFixed(3)})`,
        mark: 'line' as const,
        color: index,
        points: pairs(curve.points),
      })),
      ...(mark
        ? [{ id: 'threshold', label: 'at the threshold', mark: 'line' as const, color: 1, points: [mark] }]
        : []),
    ],
  });
}

export function prSpec(curves: Classification['pr'], mark?: { x: number; y: number }): ChartSpec {
  return chart({
    id: 'precision-recall',
    title: 'Precision and recall',
    note: 'Of those called positive, how many are (up), against how many positives are found (right).',
    x: axis('Recall', { domain: [0, 1] }),
    y: axis('Precision', { domain: [0, 1] }),
    series: [
      ...curves.map((curve, index) => ({
        id: curve.label,
        label: curve.area === null ? curve.label : `${curve.label} (area ${curve.area.toFixed(3)})`,
        mark: 'line' as const,
        color: index,
        points: pairs(curve.points),
      })),
      ...(mark
        ? [{ id: 'threshold', label: 'at the threshold', mark: 'line' as const, color: 1, points: [mark] }]
        : []),
    ],
  });
}

export function calibrationSpec(bins: Classification['calibration']): ChartSpec {
  return chart({
    id: 'calibration',
    title: 'Calibration',
    note: 'When it says 70 %, is it right 70 times in 100? On the line it is.',
    x: axis('Predicted probability', { domain: [0, 1] }),
    y: axis('Observed share', { domain: [0, 1] }),
    series: [
      {
        id: 'ideal',
        label: 'ideal',
        mark: 'line',
        faint: true,
        points: pairs([
          [0, 0],
          [1, 1],
        ]),
      },
      {
        id: 'bins',
        label: 'rows in bins of equal size',
        mark: 'point',
        color: 0,
        points: bins.map((bin) => ({ x: bin.predicted, y: bin.observed, label: `${bin.count} rows` })),
      },
    ],
  });
}

export function liftSpec(points: Classification['lift']): ChartSpec {
  return chart({
    id: 'lift',
    title: 'Lift',
    note: 'How many times more positives than by chance among the rows with the highest scores.',
    x: axis('Share of rows, highest scores first', { domain: [0, 1] }),
    y: axis('Lift'),
    series: [{ id: 'lift', label: 'lift', mark: 'line', color: 0, points: pairs(points) }],
  });
}

export function confusionSpec(
  labels: readonly string[],
  matrix: readonly (readonly number[])[],
  share: boolean,
): ChartSpec {
  const values = matrix.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (share ? (total > 0 ? count / total : null) : count));
  });
  return chart({
    id: 'confusion',
    title: 'Confusion matrix',
    note: share ? 'Share of each actual class.' : 'Rows counted by actual and predicted class.',
    x: axis('Predicted', { kind: 'category' }),
    y: axis('Actual', { kind: 'category' }),
    matrix: {
      rows: [...labels],
      columns: [...labels],
      values,
      scale: 'sequential',
      format: share ? 'percent' : 'count',
    },
  });
}

export function scatterSpec(target: string, regression: Regression): ChartSpec {
  const all = regression.scatter.flat();
  const low = Math.min(...all);
  const high = Math.max(...all);
  return chart({
    id: 'predicted-actual',
    title: 'Predicted against actual',
    note: 'Each dot is a row the model had not seen. On the line the prediction is exact.',
    x: axis(`Predicted ${target}`),
    y: axis(`Actual ${target}`),
    series: [
      {
        id: 'exact',
        label: 'exact',
        mark: 'line',
        faint: true,
        points: pairs([
          [low, low],
          [high, high],
        ]),
      },
      { id: 'rows', label: 'rows', mark: 'point', color: 0, points: pairs(regression.scatter) },
    ],
  });
}

export function residualSpec(target: string, { residualHistogram: { edges, counts } }: Regression): ChartSpec {
  return chart({
    id: 'residuals',
    title: 'Residuals',
    note: 'Actual minus predicted: how far off, and to which side.',
    x: axis(`Error in ${target}`),
    y: axis('Rows'),
    series: [
      {
        id: 'rows',
        label: 'rows',
        mark: 'bar',
        color: 0,
        points: counts.map((count, index) => ({ x: ((edges[index] ?? 0) + (edges[index + 1] ?? 0)) / 2, y: count })),
      },
    ],
  });
}

export function importanceSpec(importance: Importance, top: number): ChartSpec {
  return chart({
    id: 'importance',
    title: 'What drives it',
    note: `How much ${metricLabel(importance.metric)} worsens when a column is shuffled: mean of ${importance.repeats} times on ${formatCount(importance.rows)} rows, with 95 % interval.`,
    x: axis('', { kind: 'category' }),
    y: axis(`Worsening of ${metricLabel(importance.metric)}`),
    horizontal: true,
    series: [
      {
        id: 'importance',
        label: 'importance',
        mark: 'bar',
        color: 0,
        points: importance.features
          .slice(0, top)
          .map((entry) => ({ x: entry.feature, y: entry.mean, low: entry.ciLow, high: entry.ciHigh })),
      },
    ],
  });
}

/**
 * Partial dependence of one model: its average per class (or the value), and how single rows spread around it: thin
 * lines on a number axis, intervals on bars of categories.
 */
export function dependenceSpec(effect: PartialDependence, target: string, withRows: boolean): ChartSpec {
  const category = effect.kind === 'categorical';
  const single = Object.keys(effect.average).length === 2 && effect.iceOf in effect.average;
  const shown = single ? [effect.iceOf] : Object.keys(effect.average);
  const rows = withRows && effect.ice.length > 0;
  const lines = rows && !category ? effect.ice : [];
  const average = (name: string): Points =>
    effect.grid.map((x, index) => ({
      x,
      y: effect.average[name]?.[index] ?? null,
      ...(rows && category && name === effect.iceOf ? middleOf(effect.ice.map((line) => line[index] ?? 0)) : {}),
    }));
  return chart({
    id: `dependence-${effect.feature}`,
    title: `Effect of ${effect.feature}`,
    note: dependenceNote(effect, rows),
    x: axis(effect.feature, { kind: category ? 'category' : effect.kind === 'datetime' ? 'time' : 'number' }),
    y: axis(predictedLabel(effect, target, single)),
    series: [
      ...lines.map((values, index) => ({
        id: `row-${index}`,
        label: `row ${index + 1}`,
        mark: 'line' as const,
        faint: true,
        points: effect.grid.map((x, at) => ({ x, y: values[at] ?? null })),
      })),
      ...shown.map((name, index) => ({
        id: name,
        label: name === 'value' ? 'mean' : name,
        mark: category ? ('bar' as const) : ('line' as const),
        color: index,
        points: average(name),
      })),
    ],
  });
}

function dependenceNote(effect: PartialDependence, rows: boolean): string {
  const of = effect.iceOf === 'value' ? '' : `, for ${effect.iceOf}`;
  if (effect.kind === 'categorical') {
    return rows
      ? `Bars: the mean over rows. Lines: the middle 80 % of single rows${of}. The most frequent value comes first.`
      : 'Mean over rows when only this column changes. The most frequent value comes first.';
  }
  const dots = 'Each dot is a quantile of the training rows.';
  return rows
    ? `Thick: the mean over rows. Thin: single rows${of}. ${dots}`
    : `Mean over rows when only this column changes. ${dots}`;
}

function predictedLabel(effect: PartialDependence, target: string, oneClass: boolean): string {
  if (effect.iceOf === 'value') return `Mean predicted ${target}`;
  return oneClass ? `Mean predicted probability of ${effect.iceOf}` : 'Mean predicted probability';
}

/** From the 10th to the 90th percentile, by nearest rank. */
function middleOf(values: readonly number[]): { low: number; high: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { low: at(0.1), high: at(0.9) };
}

/** The same effect of several models, one line each in the model's own colour. */
export function overlaidDependenceSpec(
  effects: readonly { name: string; color: number; effect: PartialDependence }[],
  target: string,
): ChartSpec {
  const first = effects[0]?.effect;
  const category = first?.kind === 'categorical';
  // bars of several models side by side stay readable for so many values
  const most = category ? 12 : Number.POSITIVE_INFINITY;
  return chart({
    id: 'dependence-compared',
    title: first ? `Effect of ${first.feature}` : 'Effect',
    note: `Mean prediction when only this column changes${first && first.grid.length > most ? `; its ${most} most frequent values` : ''}.`,
    x: axis(first?.feature ?? '', { kind: category ? 'category' : first?.kind === 'datetime' ? 'time' : 'number' }),
    y: axis(first ? predictedLabel(first, target, true) : ''),
    series: effects.map(({ name, color, effect }) => ({
      id: `${color}-${name}`,
      label: name,
      mark: category ? ('bar' as const) : ('line' as const),
      color,
      points: effect.grid.slice(0, most).map((x, index) => ({ x, y: effect.average[effect.iceOf]?.[index] ?? null })),
    })),
  });
}

export function iterationSpec(
  curves: readonly { name: string; color?: number; curves: LearningCurves }[],
  metric: string,
): ChartSpec {
  const several = curves.length > 1;
  const label = curves[0]?.curves.iterationLabel ?? 'iteration';
  return chart({
    id: 'learning-curve',
    title: 'Learning curve',
    note: several ? `${metric} on validation rows, mean over folds.` : `${metric} after each ${label}.`,
    x: axis(several ? 'Share of its iterations' : label.charAt(0).toUpperCase() + label.slice(1)),
    y: axis(metric),
    series: curves.flatMap(({ name, color, curves: { iterations } }) => {
      const wanted = several
        ? iterations.filter((line) => /validation|mean/i.test(line.series)).slice(0, 1)
        : iterations;
      const lines = wanted.length > 0 ? wanted : iterations.slice(0, 1);
      return lines.map((line) => {
        const last = line.points.at(-1)?.[0] || 1;
        return {
          id: `${color ?? 0}-${name}-${line.series}`,
          label: several ? name : line.series,
          mark: 'line' as const,
          ...(several && color !== undefined ? { color } : {}),
          // boosting counts hundreds of trees and a network dozens of epochs: on one axis only shares compare
          points: line.points.map(([x, y]) => ({ x: several ? x / last : x, y })),
        };
      });
    }),
  });
}
