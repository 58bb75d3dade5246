import { existsSync } from 'node:fs';
import { readFile as readBytes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type LoadedModel, loadModel } from '@laurel/automl';
import { AppError, predictsValues } from '@laurel/contracts';
import { argmaxLabels } from '@laurel/evaluation';
import { conformTable, csvToTable, type Table } from '@laurel/tabular';
import { readFile } from '@laurel/tabular/readers';

const usage = `Usage: laurel predict DIR FILE [--probabilities]

Writes one line per row of FILE to standard output: the predicted label or value, or with --probabilities one column
per class. DIR is a folder that "laurel train" wrote. Columns are matched by name.`;

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
  const { table, warnings } = await readRows(file, model);
  for (const warning of warnings) process.stderr.write(`Note: ${warning.message}\n`);
  await writePredictions(model, table, values.probabilities === true);
  return 0;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { probabilities: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new AppError('PARAMETER_INVALID', `${(error as Error).message}\n\n${usage}`, { cause: error });
  }
}

/** The file as a table of the model's inputs, read as the prediction server reads it. */
async function readRows(file: string, model: LoadedModel) {
  const conformed = otherFormats.test(file)
    ? conformTable((await readFile({ path: file, fileName: basename(file) })).table, model.inputs)
    : csvToTable(await readBytes(file), model.inputs);
  // Extra columns are no surprise in a file; the target is usually among them.
  return { table: conformed.table, warnings: conformed.warnings.filter(({ code }) => code !== 'UNKNOWN_FIELD') };
}

async function writePredictions(model: LoadedModel, table: Table, probabilities: boolean): Promise<void> {
  const predictions = model.predict(table);
  const outputs = Math.max(1, model.labels.length);
  const labels = model.labels.map(csvCell);
  const isRegression = predictsValues(model.task);
  const best = isRegression ? null : argmaxLabels(predictions, outputs);
  const header = isRegression ? 'value' : probabilities ? labels.join(',') : 'label';
  const line = (row: number): string => {
    if (best && !probabilities) return labels[best[row]!]!;
    return Array.from(predictions.subarray(row * outputs, (row + 1) * outputs)).join(',');
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
