import type { ColumnProfile, DatasetProfile, Finding } from '@laurel/contracts';
import type { ColumnInference } from '../infer/infer.ts';
import type { Table } from '../table.ts';
import { columnStats } from './column-stats.ts';
import { spearmanCorrelations } from './correlations.ts';
import { duplicateRowCount } from './duplicates.ts';
import { tableFindings } from './findings.ts';
import { unusableColumns } from './unusable.ts';
import { tableVisuals } from './visuals.ts';

/** What is known of a table from reading its file; all of it optional. `readFile` gives it. */
export interface ProfileContext {
  parse?: DatasetProfile['parse'];
  /** types as inferred, and why; a type of the table that differs is a person's */
  columns?: readonly ColumnInference[];
  warnings?: readonly Finding[];
}

/** Exact counts, distributions, correlations, findings and plots of a table. Pure; about 2 s for a million rows by 20. */
export function profileTable(table: Table, context: ProfileContext = {}): DatasetProfile {
  const inferred = new Map(context.columns?.map((column) => [column.name, column]));
  const columns = table.columns.map((column): ColumnProfile => {
    const stats = columnStats(column);
    return { ...stats, inferredType: inferred.get(column.name)?.type ?? column.type };
  });
  const duplicateRows = duplicateRowCount(table);
  const correlations = spearmanCorrelations(table);
  const unusable = unusableColumns(table);
  // a note on the inferred type says nothing about a type that a person chose
  const typeOf = new Map(table.columns.map((column) => [column.name, column.type]));
  const inference = (context.columns ?? []).filter((column) => typeOf.get(column.name) === column.type);
  const reading = context.warnings ?? [];
  return {
    schemaVersion: 1,
    rows: table.rows,
    columns,
    duplicateRows,
    correlations,
    findings: tableFindings({ rows: table.rows, columns, duplicateRows, unusable, inference, reading }),
    parse: context.parse ?? { format: 'csv' },
    visuals: tableVisuals(table, columns, correlations, new Set(unusable.map((entry) => entry.column))),
  };
}
