import { AppError } from '@laurel/contracts';
import { type CodedColumn, type Column, isNumeric, type NumericColumn, type Table } from '@laurel/tabular';

/** A column as the model knows it; `levels` in the order of its codes, absent for text, which is read as it comes. */
export interface ModelColumn {
  name: string;
  type: Column['type'];
  levels?: readonly string[];
  dateFormat?: string;
}

export function modelColumn(column: Column): ModelColumn {
  const { name, type } = column;
  if (isNumeric(column)) return { name, type, ...(column.dateFormat ? { dateFormat: column.dateFormat } : {}) };
  return type === 'text' ? { name, type } : { name, type, levels: column.levels };
}

/** See `createAligner`, for a table that is the only one. */
export function alignTable(table: Table, columns: readonly ModelColumn[]): Table {
  return createAligner(columns)(table);
}

/**
 * Finds the columns of a model by NAME in any table, categories matched by their text: an unseen one is missing.
 * Columns the model does not know are passed over. What one row costs does not grow with the levels of a category.
 * The function throws MISSING_FEATURE naming every column that is absent.
 */
export function createAligner(columns: readonly ModelColumn[]): (table: Table) => Table {
  const align = columns.map(columnAligner);
  return (table) => {
    const byName = new Map(table.columns.map((column) => [column.name, column]));
    const absent = columns.filter(({ name }) => !byName.has(name)).map(({ name }) => name);
    if (absent.length > 0) throw missing(absent);
    return { rows: table.rows, columns: columns.map(({ name }, c) => align[c]!(byName.get(name)!)) };
  };
}

function missing(absent: string[]): AppError {
  const names = absent.map((name) => JSON.stringify(name)).join(', ');
  const what = absent.length === 1 ? `the column ${names}` : `the columns ${names}`;
  return new AppError(
    'MISSING_FEATURE',
    `The table lacks ${what}, which the model needs. Add what is missing, under exactly that name.`,
    { details: { columns: absent } },
  );
}

function columnAligner(wanted: ModelColumn): (found: Column) => Column {
  const { name, type } = wanted;
  if (type === 'numeric' || type === 'datetime') return (found) => ({ ...numbersOf(found, type), name });
  if (type === 'text') {
    return (found) => (isNumeric(found) ? { name, type, ...textOf(found) } : { ...found, name, type });
  }
  const levels = wanted.levels ?? [];
  const index = new Map(levels.map((level, code) => [level, code]));
  // Tables of one source come with the same levels again and again; those of a row or two are not worth a list.
  let known: readonly string[] | null = null;
  let byCode = new Int32Array(0);
  return (found) => {
    if (isNumeric(found)) {
      const codes = Int32Array.from(found.values, (value) => index.get(String(value)) ?? -1);
      return { name, type, codes, levels };
    }
    const from = found.levels;
    if (from === levels) return { name, type, codes: found.codes, levels };
    if (from !== known && found.codes.length >= from.length) {
      byCode = Int32Array.from(from, (level) => index.get(level) ?? -1);
      known = from;
    }
    const codeOf = from === known ? (code: number) => byCode[code]! : (code: number) => index.get(from[code]!) ?? -1;
    return { name, type, codes: found.codes.map((code) => (code < 0 ? -1 : codeOf(code))), levels };
  };
}

function numbersOf(found: Column, type: NumericColumn['type']): NumericColumn {
  if (isNumeric(found)) return { ...found, type };
  // A column that was read as text, because of one odd cell or because all of it is empty: what reads as a number counts.
  const parse = type === 'datetime' ? Date.parse : (text: string) => (text.trim() === '' ? Number.NaN : Number(text));
  const byCode = Float64Array.from(found.levels, (level) => parse(level));
  const values = Float64Array.from(found.codes, (code) => (code < 0 ? Number.NaN : byCode[code]!));
  return { name: found.name, type, values };
}

function textOf(found: NumericColumn): Pick<CodedColumn, 'codes' | 'levels'> {
  const levels = [...new Set(found.values.filter((value) => !Number.isNaN(value)))].map(String).sort();
  const index = new Map(levels.map((level, code) => [level, code]));
  return { levels, codes: Int32Array.from(found.values, (value) => index.get(String(value)) ?? -1) };
}
