import type { LoadedModel } from '@laurel/automl';
import { AppError, type Prediction, type PredictResponse, predictsValues } from '@laurel/contracts';
import { csvToTable, type RowsResult, recordsToTable, type Table } from '@laurel/tabular';
import type { ComputeThreads } from '../compute/threads.ts';
import type { CachedModel } from './model-cache.ts';

/** Rows that one request may hold; larger tables are scored as a batch. */
export const maxRows = 10_000;
/** A call that would hold up others for longer than this goes to a compute thread. */
const longestOnLoopMs = 40;
/** Rows that are always predicted at once, before the speed of the model is known. */
const quickRows = 64;

/** What a request brought: parsed JSON, or the bytes of a CSV. */
export type PredictBody = { kind: 'json'; value: unknown } | { kind: 'csv'; bytes: Uint8Array };

/**
 * Validates the rows of a request and predicts them. Throws UNKNOWN_FIELD, PARAMETER_INVALID, NO_ROWS, TOO_MANY_ROWS,
 * MISSING_FEATURE and TYPE_MISMATCH; unseen categories and unknown columns are warnings.
 * @param level share of cases that the interval of a value holds; 0.9 unless told
 */
export async function predictRows(
  loaded: CachedModel,
  body: PredictBody,
  ids: { modelId: string; requestId: string },
  threads: ComputeThreads,
  level?: number,
): Promise<PredictResponse> {
  const { model } = loaded;
  const { table, warnings } = body.kind === 'csv' ? readCsv(body.bytes, model) : readRows(body.value, model);
  const outputs = await predictTable(loaded, table, threads);
  return { ...ids, predictions: toPredictions(outputs, model, level, table), warnings };
}

/** On this thread when it is quick, else on a compute thread. Each row's prediction depends on that row alone, so both agree. */
async function predictTable(
  loaded: CachedModel,
  table: RowsResult['table'],
  threads: ComputeThreads,
): Promise<Float64Array> {
  const quick =
    table.rows <= quickRows || (loaded.msPerRow !== null && loaded.msPerRow * table.rows <= longestOnLoopMs);
  if (!quick) {
    const { outputs, ms } = await threads.run(
      'predict',
      { artifact: { sha256: loaded.sha256 }, table },
      { urgent: true },
    );
    loaded.msPerRow = ms / table.rows;
    return outputs;
  }
  return loaded.model.predict(table);
}

function readCsv(bytes: Uint8Array, model: LoadedModel): RowsResult {
  const result = csvToTable(bytes, model.inputs, { limits: { maxRows } });
  const targetIn = result.unused.columns.some((column) => column.name === model.target);
  // the target in the rows is what people have at hand; it is not used and not worth a warning
  return targetIn ? { ...result, warnings: result.warnings.filter((w) => !isTarget(w, model)) } : result;
}

function readRows(value: unknown, model: LoadedModel): RowsResult {
  const result = recordsToTable(rowsOf(value), model.inputs);
  return { ...result, warnings: result.warnings.filter((w) => !isTarget(w, model)) };
}

function isTarget(warning: { code: string; column: string }, model: LoadedModel): boolean {
  return warning.code === 'UNKNOWN_FIELD' && warning.column === model.target;
}

/** `{rows: [...]}` and nothing else. By hand and not by a schema: 10,000 rows are checked cell by cell later anyway. */
function rowsOf(value: unknown): Record<string, unknown>[] {
  if (!isObject(value) || !Object.hasOwn(value, 'rows')) {
    throw new AppError('PARAMETER_INVALID', 'The body must be an object with the field rows: {"rows": [{...}]}.', {
      details: { path: 'rows' },
    });
  }
  const extra = Object.keys(value).find((key) => key !== 'rows');
  if (extra !== undefined) {
    throw new AppError(
      'UNKNOWN_FIELD',
      `There is no field ${JSON.stringify(extra.slice(0, 100))} here. Send only rows.`,
      {
        details: { field: extra.slice(0, 100) },
      },
    );
  }
  const { rows } = value;
  if (!Array.isArray(rows)) {
    throw new AppError('PARAMETER_INVALID', 'The field rows must be a list of objects, one per row.', {
      details: { path: 'rows' },
    });
  }
  if (rows.length === 0) throw new AppError('NO_ROWS', 'There are no rows to predict. Send at least one.');
  if (rows.length > maxRows) {
    throw new AppError(
      'TOO_MANY_ROWS',
      `One request may hold ${maxRows.toLocaleString('en')} rows, not ${rows.length.toLocaleString('en')}. Split it, or score the table as a file.`,
      { details: { limit: maxRows, rows: rows.length } },
    );
  }
  const odd = rows.findIndex((row) => !isObject(row));
  if (odd >= 0) {
    throw new AppError('TYPE_MISMATCH', `rows[${odd}] must be an object with one field per column.`, {
      details: { path: `rows[${odd}]` },
    });
  }
  return rows as Record<string, unknown>[];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Answering = Pick<LoadedModel, 'task' | 'labels' | 'decide' | 'intervals'>;

/** Numbers as the answer has them: the label with all probabilities, or the value with its interval. */
export function toPredictions(outputs: Float64Array, model: Answering, level?: number, table?: Table): Prediction[] {
  if (predictsValues(model.task)) {
    const ends = model.intervals(outputs, level, table);
    return Array.from(outputs, (value, row) =>
      ends ? { value, interval: [ends[row * 2]!, ends[row * 2 + 1]!] } : { value },
    );
  }
  const classes = model.labels.length;
  const labels = model.decide(outputs);
  return Array.from(labels, (label, row) => {
    const at = row * classes;
    // fromEntries and not assignment: a label may be called __proto__
    const probabilities = Object.fromEntries(model.labels.map((name, k) => [name, outputs[at + k]!]));
    return { label: model.labels[label]!, probabilities };
  });
}
