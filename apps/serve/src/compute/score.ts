import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { type LoadedModel, targetValues } from '@laurel/automl';
import { AppError, type BatchReport, type ExperimentPlan, predictsValues } from '@laurel/contracts';
import { bootstrapInterval, metricById, takeRows } from '@laurel/evaluation';
import {
  type Column,
  type ConformResult,
  CsvTokenizer,
  createRandom,
  csvToTable,
  defaultLimits,
  deriveSeed,
  sliceRows,
  sniffCsv,
  type Table,
} from '@laurel/tabular';
import { csvLine } from './csv.ts';

export interface ScoreInput {
  artifact: { sha256: string };
  plan: ExperimentPlan;
  inputPath: string;
  outputPath: string;
}

/** Rows predicted at a time, so that no array is as large as the whole table times the models of an ensemble. */
const chunkRows = 20_000;

/**
 * Predicts every row of a CSV file and writes the rows with the predictions appended, in the order of the file. Inputs
 * are matched by name; absent ones count as missing and are named in the report, but not all may be absent. The score is
 * given when the target is in the file; that of a forecast is of its rows as each would have been one step before.
 */
export async function scoreFile(input: ScoreInput, model: LoadedModel): Promise<BatchReport> {
  const bytes = await readFile(input.inputPath);
  const conformed = csvToTable(bytes, model.inputs, { missing: 'as-missing' });
  if (conformed.matched.length === 0) throw otherTable(conformed.missing);
  const outputs = predictAll(conformed, model);
  await writeScored(bytes, input.outputPath, outputs, model, conformed.table);
  return {
    rows: conformed.table.rows,
    matched: conformed.matched,
    missing: conformed.missing,
    unused: conformed.unused.columns.map((column) => column.name).filter((name) => name !== model.target),
    unseen: conformed.unseen,
    score: scoreOf(conformed, outputs, input.plan, model),
  };
}

/** With every input missing, each row would get the same answer. */
function otherTable(inputs: readonly string[]): AppError {
  return new AppError(
    'MISSING_FEATURE',
    `None of the file's columns is one that the model needs. It needs ${inputs.join(', ')}; check the first line of the file.`,
    { details: { columns: inputs } },
  );
}

function predictAll({ table }: ConformResult, model: LoadedModel): Float64Array {
  // the rows of a forecast tell of each other what has happened
  if (model.task === 'forecast') return model.predict(table);
  const width = predictsValues(model.task) ? 1 : model.labels.length;
  const outputs = new Float64Array(table.rows * width);
  for (let start = 0; start < table.rows; start += chunkRows) {
    const count = Math.min(chunkRows, table.rows - start);
    outputs.set(model.predict(sliceRows(table, start, count)), start * width);
  }
  return outputs;
}

function scoreOf(
  conformed: ConformResult,
  outputs: Float64Array,
  plan: ExperimentPlan,
  model: LoadedModel,
): BatchReport['score'] {
  const column = targetOf(conformed, plan);
  const metric = metricById(plan.metric);
  if (column === undefined || metric === undefined) return null;
  if (predictsValues(plan.task) && !('values' in column)) return null;
  const target = targetValues(column, predictsValues(plan.task) ? null : plan.labels);
  const known = Int32Array.from({ length: target.length }, (_, row) => row).filter(
    (row) => !Number.isNaN(target[row]!),
  );
  if (known.length === 0) return null;
  const classes = predictsValues(plan.task) ? 1 : plan.labels.length;
  const positive = plan.positiveClass === null ? undefined : plan.labels.indexOf(plan.positiveClass);
  const seen = metric.needs === 'labels' ? decided(outputs, classes, model) : outputs;
  const found = bootstrapInterval(metric, takeRows(target, known, 1), takeRows(seen, known, classes), {
    classes,
    positive,
    scale: plan.forecast?.scale,
    random: createRandom(deriveSeed(plan.seed, 'score')).next,
  });
  const orNull = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    metric: metric.id,
    value: orNull(found.value),
    ciLow: orNull(found.low),
    ciHigh: orNull(found.high),
    rows: known.length,
  };
}

/** A forecast's target is one of its inputs, there to tell what has happened; other models do not use theirs. */
function targetOf({ table, unused }: ConformResult, { task, target }: ExperimentPlan): Column | undefined {
  const { columns } = task === 'forecast' ? table : unused;
  const fold = (name: string) => name.trim().toLowerCase();
  return columns.find(({ name }) => name === target) ?? columns.find(({ name }) => fold(name) === fold(target));
}

/** The model's labels as probabilities 0 and 1: metrics of labels judge what the file says. */
function decided(outputs: Float64Array, classes: number, model: LoadedModel): Float64Array {
  const hard = new Float64Array(outputs.length);
  model.decide(outputs).forEach((label, row) => {
    hard[row * classes + label] = 1;
  });
  return hard;
}

/** Reads the rows a second time, as text, so that what the caller sent comes back unchanged. */
async function writeScored(
  bytes: Uint8Array,
  path: string,
  outputs: Float64Array,
  model: LoadedModel,
  table: Table,
): Promise<void> {
  const content = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  const { delimiter } = sniffCsv(content.subarray(0, 256 * 1024), { header: true });
  const file = createWriteStream(path, { mode: 0o600 });
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const append = appender(outputs, model, table);
  let row = -1;
  let text = '';
  const tokenizer = new CsvTokenizer({
    delimiter,
    maxCellBytes: defaultLimits.maxCellBytes,
    maxColumns: defaultLimits.maxColumns,
    onRow({ bytes: buffer, starts, ends, width }) {
      const cells = Array.from({ length: width }, (_, i) => decoder.decode(buffer.subarray(starts[i]!, ends[i]!)));
      text += csvLine([...cells, ...(row < 0 ? append.names(cells) : append.values(row))], delimiter);
      row++;
    },
  });
  for (let at = 0; at < content.length; at += 1 << 20) {
    tokenizer.push(content.subarray(at, at + (1 << 20)));
    if (!file.write(text)) await once(file, 'drain');
    text = '';
  }
  tokenizer.end();
  file.end(text);
  await finished(file);
}

/** Names and cells of the columns that are appended: `prediction`, for classes one probability each, for values an interval. */
function appender(outputs: Float64Array, model: LoadedModel, table: Table) {
  const { labels } = model;
  if (predictsValues(model.task)) {
    const ends = model.intervals(outputs, undefined, table);
    return {
      names: (taken: readonly string[]) =>
        freeNames(['prediction', ...(ends ? ['prediction_low', 'prediction_high'] : [])], taken),
      values: (row: number) =>
        [outputs[row], ...(ends ? ends.subarray(row * 2, row * 2 + 2) : [])].map((value) => String(value)),
    };
  }
  const best = model.decide(outputs);
  return {
    names: (taken: readonly string[]) =>
      freeNames(['prediction', ...labels.map((label) => `probability_${label}`)], taken),
    values: (row: number) => [labels[best[row]!]!, ...labels.map((_, k) => String(outputs[row * labels.length + k]))],
  };
}

function freeNames(wanted: readonly string[], taken: readonly string[]): string[] {
  const used = new Set(taken);
  return wanted.map((name) => {
    let free = name;
    for (let n = 2; used.has(free); n++) free = `${name}_${n}`;
    used.add(free);
    return free;
  });
}
