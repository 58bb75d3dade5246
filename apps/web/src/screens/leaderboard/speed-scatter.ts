import type { ChartSpec, Leaderboard } from '@laurel/contracts';
import { formatNumber, formatScore } from '@laurel/ui/format';
import { familyColor } from '@/screens/family-color.ts';

/** Milliseconds per row against the score, a point per model. The time axis is logarithmic when the times differ much. */
export function speedScatter(
  board: Leaderboard,
  families: readonly string[],
  familyLabel: (id: string) => string,
): ChartSpec {
  const rows = board.rows.filter((row) => row.validation.mean !== null && row.predictMsPerRow > 0);
  const times = rows.map((row) => row.predictMsPerRow);
  const order = [...new Set([...families, ...rows.map((row) => row.family)])];
  return {
    schemaVersion: 1,
    id: 'speed-against-score',
    title: 'Speed against score',
    x: {
      label: 'time to predict a row',
      unit: 'ms',
      kind: 'number',
      scale: Math.max(...times) > 20 * Math.min(...times) ? 'log' : 'linear',
    },
    y: { label: board.metric.label, kind: 'number', scale: 'linear' },
    series: order.flatMap((family, index) => {
      const own = rows.filter((row) => row.family === family);
      if (own.length === 0) return [];
      return [
        {
          id: family,
          label: familyLabel(family),
          mark: 'point' as const,
          color: familyColor(index),
          points: own.map((row) => ({
            x: row.predictMsPerRow,
            y: row.validation.mean,
            label: `#${row.trialNumber} ${row.name}: ${formatScore(row.validation.mean)}, ${formatNumber(row.predictMsPerRow)} ms`,
          })),
        },
      ];
    }),
  };
}
