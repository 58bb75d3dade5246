import { isInfinity, parseNumberBytes } from '../cells/numbers.ts';
import type { RawColumn } from '../infer/raw.ts';
import { ByteDictionary } from './byte-dictionary.ts';

export interface BuilderOptions {
  isMissing: (text: string) => boolean;
  /** with a decimal comma only whole numbers are read at once; `1.234` is then settled by inference */
  decimal: '.' | ',';
}

const blockRows = 65_536;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Gathers the cells of one column. It takes a column for numbers until a cell is none; then the texts of the rows
 * before are gone, `needsText` is set, and the reader goes through the file once more for these columns. Keeping the
 * texts of all numbers instead would cost more memory than the table itself.
 */
export class ColumnBuilder {
  readonly name: string;
  needsText = false;
  readonly #options: BuilderOptions;
  #mode: 'undecided' | 'numbers' | 'strings';
  #dictionary = new ByteDictionary();
  #numbers: Float64Array[] = [];
  #codes: Int32Array[] = [];
  #numberBlock = new Float64Array(0);
  #codeBlock = new Int32Array(0);
  #filled = 0;
  #rows = 0;
  #infinite = 0;

  constructor(name: string, options: BuilderOptions, asText = false) {
    this.name = name;
    this.#options = options;
    this.#mode = asText ? 'strings' : 'undecided';
  }

  add(bytes: Uint8Array, start: number, end: number): void {
    if (this.needsText) return;
    if (this.#mode === 'strings') {
      this.#addCode(start === end ? -1 : this.#dictionary.codeOf(bytes, start, end));
      return;
    }
    if (start === end) {
      this.#addNumber(Number.NaN);
      return;
    }
    const value = parseNumberBytes(bytes, start, end);
    if (!Number.isNaN(value) && (this.#options.decimal === '.' || isWhole(bytes, start, end))) {
      this.#mode = 'numbers';
      this.#addNumber(value);
      return;
    }
    this.#addOther(bytes, start, end);
  }

  #addOther(bytes: Uint8Array, start: number, end: number): void {
    const text = decoder.decode(bytes.subarray(start, end));
    if (this.#options.isMissing(text)) this.#addNumber(Number.NaN);
    else if (isInfinity(text)) {
      this.#infinite++;
      this.#addNumber(Number.NaN);
    } else if (this.#mode === 'undecided' && this.#infinite === 0) this.#startStrings(bytes, start, end);
    else {
      this.needsText = true;
      this.#numbers = [];
    }
  }

  #startStrings(bytes: Uint8Array, start: number, end: number): void {
    this.#mode = 'strings';
    const missing = this.#rows;
    this.#numbers = [];
    this.#filled = 0;
    this.#rows = 0;
    for (let row = 0; row < missing; row++) this.#addCode(-1);
    this.#addCode(this.#dictionary.codeOf(bytes, start, end));
  }

  #addNumber(value: number): void {
    if (this.#filled === this.#numberBlock.length || this.#numbers.length === 0) {
      this.#numberBlock = new Float64Array(blockRows);
      this.#numbers.push(this.#numberBlock);
      this.#filled = 0;
    }
    this.#numberBlock[this.#filled++] = value;
    this.#rows++;
  }

  #addCode(code: number): void {
    if (this.#filled === this.#codeBlock.length || this.#codes.length === 0) {
      this.#codeBlock = new Int32Array(blockRows);
      this.#codes.push(this.#codeBlock);
      this.#filled = 0;
    }
    this.#codeBlock[this.#filled++] = code;
    this.#rows++;
  }

  /** The column; the builder is empty afterwards. */
  finish(): RawColumn {
    if (this.#mode !== 'strings') {
      const values = joined(this.#numbers, new Float64Array(this.#rows));
      this.#numbers = [];
      return { name: this.name, kind: 'numbers', values, infinite: this.#infinite };
    }
    const codes = joined(this.#codes, new Int32Array(this.#rows));
    this.#codes = [];
    const levels = this.#dictionary.levels();
    this.#dictionary = new ByteDictionary();
    return { name: this.name, kind: 'strings', ...withoutMissing(codes, levels, this.#options.isMissing) };
  }
}

/** Levels that mean missing become -1, in place. */
export function withoutMissing(codes: Int32Array, levels: string[], isMissing: (text: string) => boolean) {
  let kept = 0;
  const newCode = Int32Array.from(levels, (level) => (isMissing(level) ? -1 : kept++));
  if (kept === levels.length) return { codes, levels };
  for (let row = 0; row < codes.length; row++) if (codes[row]! >= 0) codes[row] = newCode[codes[row]!]!;
  return { codes, levels: levels.filter((_, code) => newCode[code]! >= 0) };
}

function isWhole(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === 46) return false;
  return true;
}

function joined<T extends Float64Array | Int32Array>(blocks: T[], target: T): T {
  blocks.forEach((block, index) => {
    const from = index * blockRows;
    target.set(block.subarray(0, target.length - from) as never, from);
  });
  return target;
}
