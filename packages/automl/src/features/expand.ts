import { type Column, deriveSeed, isNumeric, type Table } from '@laurel/tabular';
import type { ModelState } from '../models/types.ts';
import { type CategoryBlock, fitCategory, readCategory } from './categories.ts';
import { type DatePart, dateCyclicParts, datePart, datePlainParts } from './dates.ts';
import type { TargetOutputs } from './outputs.ts';
import { fitTargetCodes, targetFolds } from './target-encoding.ts';
import { describeText, textStatistics } from './text.ts';
import { fitWords, readWords } from './words.ts';

export interface ExpandOptions {
  /** add sine and cosine of month, weekday and hour */
  cyclicDates: boolean;
  /** at most this many word columns per text column */
  words: number;
  /** keep at most this many levels of a category; above it the rest is merged and target codes are added */
  levelLimit: number;
  /** levels with fewer training rows are merged */
  levelMinCount: number;
  /** columns that have target codes already */
  coded?: ReadonlySet<string> | undefined;
  seed: number;
}

/** Numbers (NaN where missing) and categories (-1 where missing or unseen), one array per feature. */
export interface Expanded {
  rows: number;
  numeric: Float64Array[];
  categories: Int32Array[];
}

type Block =
  | { kind: 'number'; column: string }
  | { kind: 'date'; column: string; parts: DatePart[] }
  /** statistics; in models of earlier versions words as well */
  | { kind: 'text'; column: string; words: number[] }
  | { kind: 'words'; column: string; words: number[] }
  | { kind: 'target'; column: string; outputs: number }
  | CategoryBlock;

/** Everything learnt from the training rows; `tensors` are the level tables of target codes. */
export interface Expansion {
  /** words come last: they are many, and each tells little */
  numericNames: string[];
  /** place of the first word in `numericNames`; their number where there is none */
  firstWord: number;
  /** codes are 0..size-1; the most frequent first, the merged rare levels last */
  categories: { name: string; size: number }[];
  transform(table: Table, rows: Int32Array): Expanded;
  state(): ModelState;
}

/**
 * Turns the columns of a table into numbers and small categories: dates into parts, texts into statistics and word
 * counts, categories with many levels into the frequent ones plus target codes. Learns from `rows` alone. Gives the
 * expansion and the training rows expanded (their target codes are out of fold, so they differ from `transform`).
 */
export function fitExpansion(
  table: Table,
  rows: Int32Array,
  outputs: TargetOutputs,
  options: ExpandOptions,
): { expansion: Expansion; training: Expanded } {
  const blocks: Block[] = [];
  const words: Block[] = [];
  const tensors: ModelState['tensors'] = {};
  const outOfFold = new Map<Block, Float64Array[]>();
  let folds: Uint8Array | null = null;
  for (const column of table.columns) {
    if (isNumeric(column)) {
      blocks.push(
        column.type === 'datetime' ? dateBlock(column, rows, options) : { kind: 'number', column: column.name },
      );
    } else if (column.type === 'text') {
      blocks.push({ kind: 'text', column: column.name, words: [] });
      words.push({ kind: 'words', column: column.name, words: fitWords(column, rows, outputs, options.words) });
    } else {
      const block = fitCategory(column, rows, options.levelLimit, options.levelMinCount);
      blocks.push(block);
      if (!block.cut || options.coded?.has(column.name)) continue;
      const codes = rows.map((row) => column.codes[row]!);
      folds ??= targetFolds(outputs, deriveSeed(options.seed, 'target codes'));
      const fitted = fitTargetCodes(codes, column.levels.length, outputs.values, folds);
      const target: Block = { kind: 'target', column: column.name, outputs: outputs.values.length };
      const frequency = countLevels(codes, column.levels.length);
      for (const [k, values] of [...fitted.tables, frequency].entries()) tensors[`${column.name}/${k}`] = values;
      blocks.push(target);
      outOfFold.set(target, [...fitted.training, gather(frequency, codes)]);
    }
  }
  blocks.push(...words);
  const expansion = createExpansion(blocks, tensors);
  return { expansion, training: run(blocks, tensors, table, rows, outOfFold) };
}

export function restoreExpansion(state: ModelState): Expansion {
  return createExpansion((state.header as { blocks: Block[] }).blocks, state.tensors);
}

function createExpansion(blocks: Block[], tensors: ModelState['tensors']): Expansion {
  return {
    numericNames: blocks.flatMap(numericNames),
    firstWord: blocks.filter(({ kind }) => kind !== 'words').flatMap(numericNames).length,
    categories: blocks.flatMap((block) =>
      block.kind === 'category' ? [{ name: block.column, size: block.size }] : [],
    ),
    transform: (table, rows) => run(blocks, tensors, table, rows, new Map()),
    state: () => ({ header: { blocks }, tensors }),
  };
}

function numericNames(block: Block): string[] {
  if (block.kind === 'number') return [block.column];
  if (block.kind === 'date') return block.parts.map((part) => `${block.column} (${part})`);
  if (block.kind === 'category') return [];
  if (block.kind === 'text' || block.kind === 'words') {
    const statistics = block.kind === 'text' ? textStatistics : [];
    const names = [...statistics, ...block.words.map((bucket) => `word ${bucket}`)];
    return names.map((name) => `${block.column} (${name})`);
  }
  const codes = Array.from({ length: block.outputs }, (_, k) => `${block.column} (target ${k})`);
  return [...codes, `${block.column} (frequency)`];
}

function run(
  blocks: Block[],
  tensors: ModelState['tensors'],
  table: Table,
  rows: Int32Array,
  ready: Map<Block, Float64Array[]>,
): Expanded {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const numeric: Float64Array[] = [];
  const categories: Int32Array[] = [];
  for (const block of blocks) {
    const column = byName.get(block.column);
    if (!column) throw new Error(`The column "${block.column}" that the model was fitted on is not in the table.`);
    if (block.kind === 'category') categories.push(readCategory(block, coded(column), rows));
    else numeric.push(...(ready.get(block) ?? readBlock(block, tensors, column, rows)));
  }
  return { rows: rows.length, numeric, categories };
}

function readBlock(
  block: Exclude<Block, CategoryBlock>,
  tensors: ModelState['tensors'],
  column: Column,
  rows: Int32Array,
): Float64Array[] {
  if (block.kind === 'number') return [gather(numbers(column).values, rows)];
  if (block.kind === 'date') {
    const { values } = numbers(column);
    return block.parts.map((part) => Float64Array.from(rows, (row) => datePart(part, values[row]!)));
  }
  if (block.kind === 'text' || block.kind === 'words') {
    const { codes, levels } = coded(column);
    const statistics = block.kind === 'text' ? readStatistics(codes, levels, rows) : [];
    return [...statistics, ...readWords(block.words, codes, levels, rows)];
  }
  const { codes } = coded(column);
  const mapped = rows.map((row) => codes[row]!);
  return Array.from({ length: block.outputs + 1 }, (_, k) => gather(tensors[`${block.column}/${k}`]!, mapped));
}

/** values[index], where an index outside of the levels (missing, unseen) reads the last entry when there is one for it */
function gather(values: ArrayLike<number>, index: Int32Array): Float64Array {
  const out = new Float64Array(index.length);
  const last = values.length - 1;
  for (let i = 0; i < out.length; i++) {
    const at = index[i]!;
    out[i] = values[at < 0 || at > last ? last : at]!;
  }
  return out;
}

function readStatistics(codes: Int32Array, levels: readonly string[], rows: Int32Array): Float64Array[] {
  const columns = textStatistics.map(() => new Float64Array(rows.length).fill(Number.NaN));
  const known = new Map<number, number[]>();
  for (let i = 0; i < rows.length; i++) {
    const code = codes[rows[i]!]!;
    if (code < 0) continue;
    let values = known.get(code);
    if (!values) {
      values = describeText(levels[code] ?? '');
      known.set(code, values);
    }
    for (let k = 0; k < values.length; k++) columns[k]![i] = values[k]!;
  }
  return columns;
}

/** log(1 + rows) of every level, then of missing */
function countLevels(codes: Int32Array, levels: number): Float64Array {
  const counts = new Float64Array(levels + 1);
  for (const code of codes) counts[code < 0 ? levels : code]! += 1;
  return counts.map((count) => Math.log1p(count));
}

/** Parts that do not vary among the training rows (the hour of plain dates) are left out. */
function dateBlock(column: Extract<Column, { values: Float64Array }>, rows: Int32Array, options: ExpandOptions): Block {
  const wanted: readonly DatePart[] = options.cyclicDates ? [...datePlainParts, ...dateCyclicParts] : datePlainParts;
  const parts = wanted.filter((part) => {
    let first = Number.NaN;
    for (const row of rows) {
      const value = datePart(part, column.values[row]!);
      if (Number.isNaN(value)) continue;
      if (Number.isNaN(first)) first = value;
      else if (value !== first) return true;
    }
    return false;
  });
  return { kind: 'date', column: column.name, parts };
}

function numbers(column: Column): Extract<Column, { values: Float64Array }> {
  if (!isNumeric(column)) throw new Error(`The column "${column.name}" held numbers in training and holds text now.`);
  return column;
}

function coded(column: Column): Extract<Column, { codes: Int32Array }> {
  if (isNumeric(column)) throw new Error(`The column "${column.name}" held text in training and holds numbers now.`);
  return column;
}
