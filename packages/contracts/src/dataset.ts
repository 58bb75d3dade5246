import { z } from 'zod';
import { chartSpec } from './chart.ts';

export const columnTypes = ['numeric', 'categorical', 'boolean', 'datetime', 'text', 'id'] as const;
export const columnType = z.enum(columnTypes);
export type ColumnType = z.infer<typeof columnType>;

/** What was used to read a text file: sniffed, or given by the person who uploaded it. */
export const parseOptions = z.object({
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).optional(),
  delimiter: z.string().length(1).optional(),
  decimal: z.enum(['.', ',']).optional(),
  header: z.boolean().optional(),
  nulls: z.array(z.string()).optional(),
});
export type ParseOptions = z.infer<typeof parseOptions>;

export const fileFormat = z.enum(['csv', 'parquet', 'xlsx', 'ndjson']);
export type FileFormat = z.infer<typeof fileFormat>;

export const histogram = z.object({ edges: z.array(z.number()), counts: z.array(z.number()) });
export const levelCount = z.object({ value: z.string(), count: z.number() });

export const columnProfile = z.object({
  name: z.string(),
  type: columnType,
  inferredType: columnType,
  missing: z.number().int(),
  distinct: z.number().int(),
  /** numeric and datetime (milliseconds since 1970, UTC); null when every value is missing */
  min: z.number().nullable().optional(),
  max: z.number().nullable().optional(),
  mean: z.number().nullable().optional(),
  sd: z.number().nullable().optional(),
  quantiles: z.array(z.number()).optional(), // 5, 25, 50, 75, 95 %
  histogram: histogram.optional(),
  /** the most frequent values first, at most 50; exact counts */
  top: z.array(levelCount).optional(),
  /** count of the rarest value, over all values and not only `top`; for checks on a target */
  rarest: levelCount.nullable().optional(),
  meanLength: z.number().optional(),
  dateFormat: z.string().optional(),
  examples: z.array(z.string()).optional(),
});
export type ColumnProfile = z.infer<typeof columnProfile>;

export const finding = z.object({
  code: z.string(),
  severity: z.enum(['passed', 'done', 'alert']),
  column: z.string().nullable(),
  message: z.string(),
});
export type Finding = z.infer<typeof finding>;

export const datasetProfile = z.object({
  schemaVersion: z.literal(1),
  rows: z.number().int(),
  columns: z.array(columnProfile),
  duplicateRows: z.number().int(),
  /** Spearman correlation of the numeric columns (at most 40 of them), row by row */
  correlations: z.object({ columns: z.array(z.string()), values: z.array(z.array(z.number().nullable())) }).nullable(),
  findings: z.array(finding),
  parse: parseOptions.extend({ format: fileFormat }),
  visuals: z.array(chartSpec),
});
export type DatasetProfile = z.infer<typeof datasetProfile>;

export const datasetStatus = z.enum(['profiling', 'ready', 'failed']);
export type DatasetStatus = z.infer<typeof datasetStatus>;

export const apiError = z.object({ code: z.string(), message: z.string() });

export const datasetView = z.object({
  id: z.string(),
  projectId: z.string(),
  name: z.string(),
  version: z.number().int(),
  status: datasetStatus,
  rows: z.number().int().nullable(),
  bytes: z.number().int(),
  sha256: z.string(),
  columns: z.array(columnProfile),
  findings: z.array(finding),
  parse: parseOptions.extend({ format: fileFormat }).nullable(),
  /** where a sample came from, and what was derived at import */
  source: z.object({ kind: z.enum(['upload', 'sample']), note: z.string().nullable() }),
  error: apiError.nullable(),
  createdAt: z.string(),
  createdBy: z.string(),
});
export type DatasetView = z.infer<typeof datasetView>;
