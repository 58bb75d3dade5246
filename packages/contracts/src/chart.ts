import { z } from 'zod';

/** A chart as data: reports make it, ui/charts draws it, and its table view and CSV come from the same numbers. */
export const chartAxis = z.object({
  label: z.string(),
  unit: z.string().optional(),
  kind: z.enum(['number', 'category', 'time']).default('number'),
  scale: z.enum(['linear', 'log']).default('linear'),
  domain: z.tuple([z.number(), z.number()]).optional(),
});
export const chartSeries = z.object({
  id: z.string(),
  label: z.string(),
  /** bar: x category or bin centre; band: y and y2 are the lower and upper edge; rule: a reference line */
  mark: z.enum(['line', 'bar', 'point', 'band', 'area', 'rule', 'step']),
  points: z.array(
    z.object({
      x: z.union([z.number(), z.string()]),
      y: z.number().nullable(),
      y2: z.number().nullable().optional(),
      low: z.number().nullable().optional(),
      high: z.number().nullable().optional(),
      label: z.string().optional(),
    }),
  ),
  /** index into the categorical palette; the same model keeps it on every page */
  color: z.number().int().optional(),
  faint: z.boolean().optional(),
});
export const chartMatrix = z.object({
  rows: z.array(z.string()),
  columns: z.array(z.string()),
  values: z.array(z.array(z.number().nullable())),
  scale: z.enum(['sequential', 'diverging']).default('sequential'),
  format: z.enum(['count', 'percent', 'number']).default('number'),
});
export const chartSpec = z.object({
  schemaVersion: z.literal(1).default(1),
  id: z.string(),
  title: z.string(),
  note: z.string().optional(),
  x: chartAxis,
  y: chartAxis,
  series: z.array(chartSeries).default([]),
  matrix: chartMatrix.optional(),
  horizontal: z.boolean().optional(),
});
export type ChartSpec = z.infer<typeof chartSpec>;
export type ChartSeries = z.infer<typeof chartSeries>;
