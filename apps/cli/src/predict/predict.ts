import { existsSync } from 'node:fs';
import { readFile as readBytes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type LoadedModel, loadModel } from '@laurel/automl';
import { AppError, predictsValues } from '@laurel/contracts';
import { conformTable, csvToTable, type Table } from '@laurel/tabular';
import { readFile } from '@laurel/tabular/readers';

const usage = `Usage: laurel predict DIR FILE [--probabilities] [--intervals [--level 0.9]]

Writes one line per row of FILE to standard output: the predicted label or value, or with --probabilities one column
per class, or with --intervals the value and the ends of an interval that holds the actual value in 90 % of cases (--level
for another share). DIR is a folder that "laurel train" wrote. Columns are matched by name.`;

/** Other formats than delimited text, by the extension; they are read by DuckDB. */
const otherFormats = /\.(parquet|xlsx|ndjson|jsonl)$/i;
const rowsPerWrite = 10_000;

/** `laurel predict`: predictions as CSV on standard output, and nothing else there. */
export async function predictCommand(args: string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const [dir, file, ...others] = positionals;
  if (dir === undefined || file === undefined || others.length > 0) {
    throw new AppError('PARAMETER_INVALID', `Name the model's folder and one file.\n\n${usage}`);
  }
  const modelPath = join(dir, 'model.laurel');
  if (!existsSync(modelPath)) {
    throw new AppError('NOT_FOUND', `${dir} has no model.laurel. Name a folder that "laurel train" wrote.`);
  }
  if (!existsSync(file)) throw new AppError('NOT_FOUND', `There is no file ${file}. Check the name.`);
  const model = await loadModel(await readBytes(modelPath));
  if (values.probabilities && predictsValues(model.task)) {
    throw new AppError(
      'PARAMETER_INVALID',
      'This model predicts numbers, which have no probabilities. Leave out --probabilities.',
    );
  }
  const level = levelOf(values, model);
  const { table, warnings } = await readRows(file, model);
  for (const warning of warnings) process.stderr.write(`Note: ${warning.message}\n`);
  await writePredictions(model, table, { probabilities: values.probabilities === true, level });
  return 0;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        probabilities: { type: 'boolean' },
        intervals: { type: 'boolean' },
        level: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new AppError('PARAMETER_INVALID', `${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

/** Share of cases that intervals hold; null where none were asked for. */
function levelOf(values: { intervals?: boolean; level?: string }, model: LoadedModel): number | null {
  if (!values.intervals && values.level === undefined) return null;
  const level = Number(values.level ?? 0.9);
  if (!(level >= 0.5 && level <= 0.99)) {
    throw new AppError(
      'PARAMETER_INVALID',
      `${values.level} cannot be the level of an interval. Use a number from 0.5 to 0.99.`,
    );
  }
  if (model.intervals(new Float64Array(0), level) === null) {
    throw new AppError(
      'PARAMETER_INVALID',
      'This model has no intervals: it predicts classes, or was trained on too few rows. Leave out --intervals.',
    );
  }
  return level;
}

/** The file as a table of the model's inputs, read as the prediction server reads it. */
async function readRows(file: string, model: LoadedModel) {
  const conformed = otherFormats.test(file)
    ? conformTable((await readFile({ path: file, fileName: basename(file) })).table, model.inputs)
    : csvToTable(await readBytes(file), model.inputs);
  // Extra columns are no surprise in a file; the target is usually among them.
  return { table: conformed.table, warnings: conformed.warnings.filter(({ code }) => code !== 'UNKNOWN_FIELD') };
}

async function writePredictions(
  model: LoadedModel,
  table: Table,
  { probabilities, level }: { probabilities: boolean; level: number | null },
): Promise<void> {
  const predictions = model.predict(table);
  const outputs = Math.max(1, model.labels.length);
  const labels = model.labels.map(csvCell);
  const isRegression = predictsValues(model.task);
  const best = isRegression ? null : model.decide(predictions);
  const ends = level === null ? null : model.intervals(predictions, level, table);
  const header = isRegression ? (ends ? 'value,low,high' : 'value') : probabilities ? labels.join(',') : 'label';
  const line = (row: number): string => {
    if (best && !probabilities) return labels[best[row]!]!;
    const values = [...predictions.subarray(row * outputs, (row + 1) * outputs)];
    return [...values, ...(ends?.subarray(row * 2, row * 2 + 2) ?? [])].join(',');
  };
  let text = `${header}\n`;
  for (let row = 0; row < table.rows; row++) {
    text += `${line(row)}\n`;
    if ((row + 1) % rowsPerWrite === 0) {
      await write(text);
      text = '';
    }
  }
  await write(text);
}

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())));
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
