import type { ChartSpec } from '@laurel/contracts';
import { formatScore } from '@laurel/ui/format';
import type { RunTrial } from '@/client/run-state.ts';
import { familyColor } from '@/screens/family-color.ts';

export interface RunChartInput {
  trials: readonly RunTrial[];
  startedAtMs: number;
  metric: { label: string; higherIsBetter: boolean };
  baselineScore: number | null;
  /** in a fixed order, so that a family keeps its colour and marker through the run */
  families: readonly string[];
  familyLabel: (id: string) => string;
  /** right end of the time axis in seconds; null: where the last trial ended */
  endSeconds: number | null;
}

type Series = ChartSpec['series'][number];

/** Best score so far over time, with every trial as a point: shape and colour by family, pruned ones hollow. */
export function runChart(input: RunChartInput): ChartSpec {
  const { metric, baselineScore } = input;
  const scored = input.trials
    .filter((trial) => trial.score !== null && trial.endedAtMs !== null)
    .sort((a, b) => a.endedAtMs! - b.endedAtMs! || a.number - b.number);
  const seconds = (trial: RunTrial) => Math.max(0, (trial.endedAtMs! - input.startedAtMs) / 1000);
  const lastSecond = scored.length === 0 ? 0 : Math.max(...scored.map(seconds));
  const end = Math.max(input.endSeconds ?? 0, lastSecond, 1);
  const yDomain = domainOf(scored, baselineScore, metric.higherIsBetter);
  const outside = scored.filter(
    ({ score }) => score !== baselineScore && (score! < yDomain[0] || score! > yDomain[1]),
  ).length;
  const baselineOutside = baselineScore !== null && (baselineScore < yDomain[0] || baselineScore > yDomain[1]);
  const series: Series[] = [
    bestLine(scored, seconds, metric.higherIsBetter, end),
    ...familySeries(scored, seconds, input),
  ];
  if (baselineScore !== null && !baselineOutside) {
    series.push({ id: 'baseline:level', label: 'baseline level', mark: 'rule', points: [{ x: 0, y: baselineScore }] });
  }
  return {
    schemaVersion: 1,
    id: 'best-so-far',
    title: 'Best score so far',
    note: noteOf(metric.higherIsBetter, outside, baselineOutside ? baselineScore : null),
    x: { label: 'time since the start', unit: 's', kind: 'number', scale: 'linear', domain: [0, end] },
    y: { label: metric.label, kind: 'number', scale: 'linear', domain: yDomain },
    series,
  };
}

function noteOf(higherIsBetter: boolean, outside: number, farBaseline: number | null): string {
  const worse = outside === 1 ? '1 far worse one lies' : `${outside} far worse ones lie`;
  return [
    `${higherIsBetter ? 'Higher' : 'Lower'} is better. Every trial is a point`,
    outside > 0 ? `; ${worse} outside the picture` : '',
    '.',
    farBaseline === null ? '' : ` The baseline, ${formatScore(farBaseline)}, lies far outside.`,
  ].join('');
}

function bestLine(
  scored: readonly RunTrial[],
  seconds: (trial: RunTrial) => number,
  higherIsBetter: boolean,
  end: number,
): Series {
  const points: Series['points'] = [];
  let best: number | null = null;
  for (const trial of scored) {
    if (trial.status !== 'completed') continue;
    const better = best === null || (higherIsBetter ? trial.score! > best : trial.score! < best);
    if (!better) continue;
    best = trial.score!;
    points.push({ x: seconds(trial), y: best, label: trial.name });
  }
  if (best !== null) points.push({ x: end, y: best });
  return { id: 'best', label: 'best so far', mark: 'step', points, color: 7 };
}

function familySeries(
  scored: readonly RunTrial[],
  seconds: (trial: RunTrial) => number,
  { families, familyLabel }: RunChartInput,
): Series[] {
  const point = (trial: RunTrial) => ({
    x: seconds(trial),
    y: trial.score,
    label: `#${trial.number} ${trial.name}: ${formatScore(trial.score)}`,
  });
  const all = [...new Set([...families, ...scored.map((trial) => trial.family)])];
  const out: Series[] = [];
  all.forEach((family, index) => {
    const own = scored.filter((trial) => trial.family === family);
    const whole = own.filter((trial) => trial.status === 'completed');
    const pruned = own.filter((trial) => trial.status !== 'completed');
    const look = { mark: 'point', color: familyColor(index) } as const;
    if (whole.length > 0) out.push({ ...look, id: family, label: familyLabel(family), points: whole.map(point) });
    if (pruned.length > 0) {
      const label = `${familyLabel(family)}, stopped early`;
      out.push({ ...look, id: `${family}:pruned`, label, points: pruned.map(point), faint: true });
    }
  });
  return out;
}

/**
 * From a little beyond the best to a little beyond the baseline or the worst sixth, so that one failed fit does not
 * press all others into a line. When the competitors are far from the baseline, the picture is theirs alone.
 */
export function domainOf(
  scored: readonly Pick<RunTrial, 'score'>[],
  baselineScore: number | null,
  higherIsBetter: boolean,
): [number, number] {
  const sign = higherIsBetter ? 1 : -1;
  const base = baselineScore === null ? null : baselineScore * sign;
  const scores = scored.map((trial) => trial.score! * sign).sort((a, b) => b - a);
  const competitors = base === null ? scores : scores.filter((score) => score > base);
  const all = competitors.length > 0 ? competitors : scores;
  const best = all[0] ?? base ?? 0;
  const upperMost = all[Math.floor((all.length - 1) * 0.85)] ?? best;
  const spread = best - upperMost;
  const alone = base === null || (competitors.length >= 4 && spread > 0 && best - base > 6 * spread);
  // what lies within another spread of the main group still belongs to it
  const lowest = all.findLast((score) => score >= upperMost - spread) ?? upperMost;
  const worst = alone ? lowest : Math.min(base, lowest);
  const top = alone ? best : Math.max(best, base);
  const air = Math.max((top - worst) * 0.08, Math.abs(top) * 0.005, 1e-9);
  const [low, high] = [worst - air, top + air];
  return higherIsBetter ? [low, high] : [-high, -low];
}
