import { isUtf8 } from 'node:buffer';
import { AppError } from '@laurel/contracts';

/** A complete row of a CSV file. Offsets point into `bytes`, which is valid only during the call that hands the row over. */
export interface CsvRow {
  bytes: Uint8Array;
  /** first byte of each cell, and the byte after its last; quotes are removed already */
  starts: Int32Array;
  ends: Int32Array;
  width: number;
  /** number of the row in the file, 1 for the first; blank rows count, as in a spreadsheet */
  row: number;
  /** number of the line on which the row starts; differs from `row` when quoted cells hold line ends */
  line: number;
}

export interface CsvTokenizerOptions {
  delimiter: string;
  maxCellBytes: number;
  maxColumns: number;
  onRow: (row: CsvRow) => void;
  /** whether a blank line is a row with one empty cell; asked at each. Without it blank lines are passed over */
  blankIsRow?: () => boolean;
  /** for sniffing: no errors, an incomplete last row is passed over */
  lenient?: boolean;
}

const quote = 34;
const lineFeed = 10;
const carriageReturn = 13;
const maxRowBytes = 64 * 1024 * 1024;

/**
 * Splits UTF-8 bytes into rows and cells as RFC 4180 says; LF, CRLF and CR end a row, also mixed in one file.
 * A quote inside a cell that does not start with one stands for itself (`x"y"z`). Blank rows are passed over.
 * Throws ENCODING_INVALID, INVALID_CHARACTER (NUL), QUOTE_UNTERMINATED, QUOTE_INVALID, CELL_TOO_LARGE and
 * TOO_MANY_COLUMNS, each with the line.
 */
export class CsvTokenizer {
  readonly #options: CsvTokenizerOptions;
  readonly #delimiter: number;
  #buffer: Uint8Array = new Uint8Array(1 << 16);
  #length = 0;
  #row = 1;
  #line = 1;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #escaped = new Uint8Array(64);

  constructor(options: CsvTokenizerOptions) {
    this.#options = options;
    this.#delimiter = delimiterByte(options.delimiter);
  }

  push(chunk: Uint8Array): void {
    this.#append(chunk);
    this.#scan(false);
  }

  /** To be called once after the last chunk. */
  end(): void {
    if (!this.#options.lenient && !isUtf8(this.#buffer.subarray(0, this.#length))) this.#throwEncoding(0, this.#length);
    this.#scan(true);
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.byteLength;
    if (needed > this.#buffer.byteLength) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.byteLength * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    const before = this.#length;
    this.#length = needed;
    if (!this.#options.lenient) this.#validate(before);
  }

  /** The new bytes must be UTF-8 without NUL. Characters cut by the chunk's edges are checked with the next chunk. */
  #validate(from: number): void {
    const nul = this.#buffer.subarray(from, this.#length).indexOf(0);
    if (nul >= 0) {
      const line = this.#lineAt(from + nul);
      throw new AppError(
        'INVALID_CHARACTER',
        `Line ${line} holds a NUL byte, which no table text has. The file may be damaged or of another format; export it again as UTF-8 text.`,
        { details: { line } },
      );
    }
    const start = wholeCharacters(this.#buffer, from);
    const end = wholeCharacters(this.#buffer, this.#length);
    if (end > start && !isUtf8(this.#buffer.subarray(start, end))) this.#throwEncoding(start, end);
  }

  #throwEncoding(start: number, end: number): never {
    const at = firstInvalid(this.#buffer, start, end);
    const line = this.#lineAt(at);
    const byte = this.#buffer[at]!.toString(16).toUpperCase().padStart(2, '0');
    throw new AppError(
      'ENCODING_INVALID',
      `Line ${line} is not valid UTF-8 (byte 0x${byte}). If an older program wrote the file, try again with encoding=windows-1252; otherwise save it as UTF-8.`,
      { details: { line, proposal: { encoding: 'windows-1252' } } },
    );
  }

  #lineAt(position: number): number {
    return this.#line + countLineEnds(this.#buffer, 0, position);
  }

  /** Hands over every complete row and keeps the rest. */
  #scan(final: boolean): void {
    const length = this.#length;
    let position = 0;
    while (position < length) {
      const next = this.#scanRow(position, length, final);
      if (next < 0) break;
      position = next;
    }
    if (position > 0) this.#buffer.copyWithin(0, position, length);
    this.#length = length - position;
    if (this.#length > maxRowBytes) throw this.#tooLarge(`Row ${this.#row}`, `${maxRowBytes / 1024 / 1024} MB`);
  }

  /** Reads one row from `start`; answers where the next one starts, or -1 when the row is not complete yet. */
  #scanRow(start: number, length: number, final: boolean): number {
    const bytes = this.#buffer;
    const delimiter = this.#delimiter;
    let starts = this.#starts;
    let ends = this.#ends;
    let width = 0;
    let lineEnds = 0;
    let i = start;
    for (;;) {
      if (width === starts.length) {
        this.#growRow();
        starts = this.#starts;
        ends = this.#ends;
      }
      let cellEnd: number;
      if (i < length && bytes[i] === quote) {
        const closing = this.#closingQuote(i + 1, length, width);
        if (closing < 0) {
          this.#checkOpenQuote(i, length, final, lineEnds);
          return -1;
        }
        lineEnds += this.#quotedLineEnds;
        starts[width] = i + 1;
        cellEnd = closing;
        i = closing + 1;
        while (i < length && bytes[i] === 32 && delimiter !== 32) i++;
        if (i >= length && !final) return -1;
        if (i < length && bytes[i] !== delimiter && bytes[i] !== lineFeed && bytes[i] !== carriageReturn) {
          if (!this.#options.lenient) throw this.#quoteInvalid(lineEnds);
          while (i < length && bytes[i] !== delimiter && bytes[i] !== lineFeed && bytes[i] !== carriageReturn) i++;
        }
      } else {
        starts[width] = i;
        this.#escaped[width] = 0;
        while (i < length) {
          const byte = bytes[i]!;
          if (byte === delimiter || byte === lineFeed || byte === carriageReturn) break;
          i++;
        }
        cellEnd = i;
      }
      ends[width] = cellEnd;
      if (cellEnd - starts[width]! > this.#options.maxCellBytes) throw this.#cellTooLarge(width);
      if (i >= length && !final) return -1;
      width++;
      if (i < length && bytes[i] === delimiter) {
        i++;
        continue;
      }
      break;
    }
    if (i < length) {
      if (bytes[i] === carriageReturn) {
        if (i + 1 >= length && !final) return -1;
        if (bytes[i + 1] === lineFeed && i + 1 < length) i++;
      }
      i++;
    }
    this.#handOver(width, start);
    this.#row++;
    this.#line += lineEnds + 1;
    return i;
  }

  #quotedLineEnds = 0;

  /** Position of the quote that closes a cell, or -1. Doubled quotes are part of the cell. */
  #closingQuote(from: number, length: number, cell: number): number {
    const bytes = this.#buffer;
    let lineEnds = 0;
    let escaped = 0;
    for (let i = from; i < length; i++) {
      const byte = bytes[i]!;
      if (byte === quote) {
        if (i + 1 < length && bytes[i + 1] === quote) {
          escaped = 1;
          i++;
          continue;
        }
        this.#escaped[cell] = escaped;
        this.#quotedLineEnds = lineEnds;
        return i;
      }
      if (byte === lineFeed || (byte === carriageReturn && bytes[i + 1] !== lineFeed)) lineEnds++;
    }
    return -1;
  }

  #checkOpenQuote(opened: number, length: number, final: boolean, lineEndsBefore: number): void {
    if (this.#options.lenient) return;
    const large = length - opened > this.#options.maxCellBytes;
    if (!final && !large) return;
    const line = this.#line + lineEndsBefore;
    // a large cell of many lines is a quote that someone forgot to close
    if (final || countLineEnds(this.#buffer, opened, length) > 100) {
      throw new AppError(
        'QUOTE_UNTERMINATED',
        `The quotation mark that opens a cell in line ${line} is never closed. Close it, or write a quotation mark inside a cell twice.`,
        { details: { line } },
      );
    }
    throw this.#tooLarge(`A cell in row ${this.#row}`, sizeText(this.#options.maxCellBytes));
  }

  #handOver(width: number, start: number): void {
    if (width === 1 && this.#isBlank(start, this.#ends[0]!) && !this.#options.blankIsRow?.()) return;
    if (width > this.#options.maxColumns && !this.#options.lenient) {
      throw new AppError(
        'TOO_MANY_COLUMNS',
        `Row ${this.#row} has ${width.toLocaleString('en')} columns; at most ${this.#options.maxColumns.toLocaleString('en')} are read. Leave some out, or turn the table so that rows are examples.`,
        { details: { columns: width, limit: this.#options.maxColumns } },
      );
    }
    for (let cell = 0; cell < width; cell++) if (this.#escaped[cell] === 1) this.#unescape(cell);
    this.#options.onRow({
      bytes: this.#buffer,
      starts: this.#starts,
      ends: this.#ends,
      width,
      row: this.#row,
      line: this.#line,
    });
  }

  #isBlank(start: number, end: number): boolean {
    for (let i = start; i < end; i++) if (this.#buffer[i] !== 32 && this.#buffer[i] !== 9) return false;
    return true;
  }

  /** Doubled quotes become one, in place. */
  #unescape(cell: number): void {
    const bytes = this.#buffer;
    const end = this.#ends[cell]!;
    let to = this.#starts[cell]!;
    for (let from = to; from < end; from++) {
      bytes[to++] = bytes[from]!;
      if (bytes[from] === quote && bytes[from + 1] === quote) from++;
    }
    this.#ends[cell] = to;
  }

  #growRow(): void {
    const size = this.#starts.length * 2;
    const starts = new Int32Array(size);
    starts.set(this.#starts);
    this.#starts = starts;
    const ends = new Int32Array(size);
    ends.set(this.#ends);
    this.#ends = ends;
    const escaped = new Uint8Array(size);
    escaped.set(this.#escaped);
    this.#escaped = escaped;
  }

  #quoteInvalid(lineEnds: number): AppError {
    const line = this.#line + lineEnds;
    return new AppError(
      'QUOTE_INVALID',
      `In line ${line}, text follows the quotation mark that closes a cell. Write a quotation mark inside a cell twice, or remove it.`,
      { details: { line } },
    );
  }

  #cellTooLarge(cell: number): AppError {
    return this.#tooLarge(`The cell in row ${this.#row}, column ${cell + 1}`, sizeText(this.#options.maxCellBytes));
  }

  #tooLarge(what: string, limit: string): AppError {
    return new AppError('CELL_TOO_LARGE', `${what} is larger than ${limit}. Shorten it, or leave the column out.`, {
      details: { row: this.#row, line: this.#line },
    });
  }
}

/** The delimiter as a byte; PARAMETER_INVALID when it cannot separate cells. */
export function delimiterByte(delimiter: string): number {
  const code = delimiter.charCodeAt(0);
  if (
    delimiter.length !== 1 ||
    code > 126 ||
    code === quote ||
    code === lineFeed ||
    code === carriageReturn ||
    code === 0
  ) {
    throw new AppError(
      'PARAMETER_INVALID',
      `The delimiter must be one ASCII character that is no quotation mark and no line end, such as a comma, a semicolon or a tab.`,
    );
  }
  return code;
}

function sizeText(bytes: number): string {
  return bytes >= 1_000_000 ? `${Math.round(bytes / 1_000_000)} MB` : `${bytes.toLocaleString('en')} bytes`;
}

function countLineEnds(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    if (bytes[i] === lineFeed || (bytes[i] === carriageReturn && bytes[i + 1] !== lineFeed)) count++;
  }
  return count;
}

/** The end of the last character that is complete before `end`. */
function wholeCharacters(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= Math.min(3, end); back++) {
    const byte = bytes[end - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? end - back : end;
  }
  return end;
}

function firstInvalid(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end) {
    const byte = bytes[i]!;
    const length = byte < 0x80 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (byte >= 0x80 && (i + length > end || !isUtf8(bytes.subarray(i, i + length)))) return i;
    i += length;
  }
  return end - 1;
}
