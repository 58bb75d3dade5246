import { AppError, type Finding } from '@laurel/contracts';
import { missingTest } from '../../cells/words.ts';
import { columnNames } from '../../csv/header.ts';
import type { RawTable } from '../../infer/raw.ts';
import { ValueBuilder } from '../../infer/value-builder.ts';
import type { TableLimits } from '../../limits.ts';
import { cellTooLarge, checkEnough, checkSize } from '../checks.ts';
import { textCollector, type Workbook } from './workbook.ts';
import { excelInvalid, readXml } from './xml.ts';
import type { ZipArchive } from './zip.ts';

const dayMs = 86_400_000;
const lastSerial = 2_958_465; // the last day of the year 9999

/** A cell's value as it is stored. */
type SheetCell = { kind: 'number'; value: number } | { kind: 'date'; ms: number } | { kind: 'text'; text: string };

interface SheetOptions {
  nulls: readonly string[] | undefined;
  limits: TableLimits;
  minColumns: number;
}

/**
 * The cells of a sheet as columns: the first row with a value is the header, rows without values are passed over, error
 * cells are missing. What the sheet says of its own size is ignored, because it may be wrong.
 */
export async function readSheet(
  zip: ZipArchive,
  book: Workbook,
  options: SheetOptions,
): Promise<{ raw: RawTable; findings: Finding[] }> {
  const table = new SheetTable(options);
  const collector = textCollector();
  let row = new Map<number, SheetCell>();
  let rowNumber = 0;
  let column = -1;
  let type = 'n';
  let style = 0;
  let value = '';
  let inValue = false;
  await readXml(zip.read(book.sheetPath), {
    open: (name, attributes) => {
      if (name === 'row') {
        rowNumber = Number(attributes.get('r') ?? rowNumber + 1);
        row = new Map();
        column = -1;
      } else if (name === 'c') {
        const reference = attributes.get('r');
        column = reference === undefined ? column + 1 : columnIndex(reference);
        type = attributes.get('t') ?? 'n';
        style = Number(attributes.get('s') ?? 0);
        value = '';
        collector.start();
      } else if (name === 'v') inValue = true;
      else collector.open(name);
    },
    text: (text) => {
      if (inValue) value += text;
      else collector.text(text);
    },
    close: (name) => {
      if (name === 'v') inValue = false;
      else if (name === 'row') table.add(rowNumber, row);
      else if (name === 'c') {
        if (type === 'e') table.errors++;
        const cell = cellOf(type, style, type === 'inlineStr' ? collector.take() : value, book);
        if (cell) row.set(column, cell);
      } else collector.close(name);
    },
  });
  return table.finish(book);
}

class SheetTable {
  errors = 0;
  readonly #options: SheetOptions;
  readonly #isMissing: (text: string) => boolean;
  #builders: ValueBuilder[] | undefined;
  #findings: Finding[] = [];
  #firstColumn = 0;
  #headerRow = 0;
  #rows = 0;

  constructor(options: SheetOptions) {
    this.#options = options;
    this.#isMissing = missingTest(options.nulls);
  }

  add(rowNumber: number, row: Map<number, SheetCell>): void {
    if (row.size === 0) return;
    if (!this.#builders) {
      this.#start(rowNumber, row);
      return;
    }
    const builders = this.#builders;
    for (const [column, cell] of row) {
      const builder = builders[column - this.#firstColumn];
      if (!builder) throw this.#outside(rowNumber, column);
      this.#put(builder, cell, rowNumber);
    }
    this.#rows++;
    for (const builder of builders) if (builder.rows < this.#rows) builder.addMissing();
    checkSize(this.#rows, builders.length, this.#options.limits);
  }

  #start(rowNumber: number, row: Map<number, SheetCell>): void {
    const positions = [...row.keys()];
    this.#firstColumn = Math.min(...positions);
    const width = Math.max(...positions) - this.#firstColumn + 1;
    const { limits } = this.#options;
    checkSize(0, width, limits);
    const cells = Array.from({ length: width }, (_, index) => headerText(row.get(this.#firstColumn + index)));
    const { names, findings } = columnNames(cells, limits.maxNameLength);
    this.#findings = findings;
    this.#headerRow = rowNumber;
    this.#builders = names.map((name) => new ValueBuilder(name, this.#isMissing));
  }

  #put(builder: ValueBuilder, cell: SheetCell, rowNumber: number): void {
    if (cell.kind === 'number') builder.addNumber(cell.value);
    else if (cell.kind === 'date') builder.addDate(cell.ms);
    else {
      const { limits } = this.#options;
      if (cell.text.length > limits.maxCellBytes)
        throw cellTooLarge(`The cell of ${builder.name} in row ${rowNumber}`, limits);
      builder.addText(cell.text);
    }
  }

  #outside(rowNumber: number, column: number): AppError {
    return new AppError(
      'ROW_WIDTH_MISMATCH',
      `Row ${rowNumber} has a value in column ${columnLetters(column)}, where the header in row ${this.#headerRow} has no name. Give the column a name, or remove what stands beside or above the table.`,
      { details: { row: rowNumber, column: columnLetters(column) } },
    );
  }

  finish(book: Workbook): { raw: RawTable; findings: Finding[] } {
    if (!this.#builders) {
      throw new AppError(
        'EMPTY_FILE',
        `The sheet ${JSON.stringify(book.sheetName)} is empty. Send a table with a header and rows below it.`,
      );
    }
    checkEnough(this.#rows, this.#builders.length, this.#options.minColumns);
    const findings = [...this.#findings, ...bookFindings(book, this.errors)];
    return { raw: { rows: this.#rows, columns: this.#builders.map((builder) => builder.finish()) }, findings };
  }
}

function bookFindings(book: Workbook, errors: number): Finding[] {
  const found: Finding[] = [];
  const add = (code: string, severity: Finding['severity'], message: string) =>
    found.push({ code, severity, column: null, message });
  if (book.sheetCount > 1) {
    add(
      'FIRST_SHEET',
      'alert',
      `The workbook has ${book.sheetCount} sheets. Only the first, ${JSON.stringify(book.sheetName)}, was read.`,
    );
  }
  if (errors > 0) {
    add(
      'ERROR_CELLS',
      'alert',
      `${errors === 1 ? '1 cell holds' : `${errors.toLocaleString('en')} cells hold`} an error such as #DIV/0!. They are treated as missing.`,
    );
  }
  if (book.hasMacros) add('MACROS_IGNORED', 'done', 'The workbook has macros. They were not run and are not kept.');
  return found;
}

function headerText(cell: SheetCell | undefined): string {
  if (!cell) return '';
  if (cell.kind === 'text') return cell.text;
  return cell.kind === 'number' ? String(cell.value) : new Date(cell.ms).toISOString().slice(0, 10);
}

function cellOf(type: string, style: number, value: string, book: Workbook): SheetCell | undefined {
  if (value === '' || type === 'e') return undefined;
  if (type === 's') {
    const text = book.sharedStrings[Number(value)];
    if (text === undefined) throw excelInvalid('a cell points to a text that is not there');
    return text === '' ? undefined : { kind: 'text', text };
  }
  if (type === 'inlineStr' || type === 'str') return { kind: 'text', text: value };
  if (type === 'b') return { kind: 'text', text: value === '1' ? 'true' : 'false' };
  if (type === 'd') {
    const ms = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(value) || !value.includes('T') ? value : `${value}Z`);
    return Number.isNaN(ms) ? { kind: 'text', text: value } : { kind: 'date', ms };
  }
  const number = Number(value);
  if (Number.isNaN(number)) throw excelInvalid('a cell that should hold a number does not');
  if (book.isDateStyle[style] && number >= 0 && number <= lastSerial) {
    return { kind: 'date', ms: serialToMs(number, book.uses1904) };
  }
  return { kind: 'number', value: number };
}

/**
 * The moment that a day number stands for, in milliseconds since 1970. In the 1900 system day 1 is 1900-01-01 and day 61
 * is 1900-03-01; day 60 is a 29 February that never was and is taken as 1900-02-28. In the 1904 system day 0 is 1904-01-01.
 */
export function serialToMs(serial: number, uses1904: boolean): number {
  const start = uses1904 ? Date.UTC(1904, 0, 1) : serial < 60 ? Date.UTC(1899, 11, 31) : Date.UTC(1899, 11, 30);
  return Math.round(start + serial * dayMs);
}

/** 0 for A, 25 for Z, 26 for AA. */
function columnIndex(reference: string): number {
  let index = 0;
  let letters = 0;
  for (; letters < reference.length; letters++) {
    const code = reference.charCodeAt(letters);
    if (code < 65 || code > 90) break;
    index = index * 26 + (code - 64);
  }
  if (letters === 0 || letters > 3) throw excelInvalid('a cell has an impossible place');
  return index - 1;
}

function columnLetters(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnLetters(Math.floor(index / 26) - 1) + letter;
}
