import { isInfinity } from '../cells/numbers.ts';
import type { RawColumn } from './raw.ts';

/**
 * Gathers the cells of one column from a format whose values have types of their own (NDJSON, Excel, Parquet).
 * Numbers stay numbers as long as nothing else comes; a text turns all before into text, which loses nothing, because
 * such a format keeps no spelling of its numbers. Dates stay dates in the same way.
 */
export class ValueBuilder {
  readonly name: string;
  readonly #isMissing: (text: string) => boolean;
  #kind: 'empty' | 'numbers' | 'dates' | 'strings' = 'empty';
  #values = new Float64Array(0);
  #codes = new Int32Array(0);
  #levels: string[] = [];
  #codeOf = new Map<string, number>();
  #infinite = 0;
  rows = 0;

  /** @param rowsBefore rows that passed before the column first appeared; it is missing there */
  constructor(name: string, isMissing: (text: string) => boolean, rowsBefore = 0) {
    this.name = name;
    this.#isMissing = isMissing;
    for (let row = 0; row < rowsBefore; row++) this.addMissing();
  }

  addMissing(): void {
    if (this.#kind === 'strings') this.#pushCode(-1);
    else this.#pushValue(Number.NaN);
  }

  addNumber(value: number): void {
    if (!Number.isFinite(value)) {
      if (!Number.isNaN(value)) this.#infinite++;
      this.addMissing();
    } else if (this.#kind === 'numbers' || this.#kind === 'empty') {
      this.#kind = 'numbers';
      this.#pushValue(value);
    } else this.addText(String(value));
  }

  /** @param milliseconds since 1970, UTC */
  addDate(milliseconds: number): void {
    if (this.#kind === 'dates' || this.#kind === 'empty') {
      this.#kind = 'dates';
      this.#pushValue(milliseconds);
    } else this.addText(dateText(milliseconds));
  }

  addText(text: string): void {
    if (this.#isMissing(text)) {
      this.addMissing();
      return;
    }
    if (this.#kind === 'numbers' && isInfinity(text)) {
      this.#infinite++;
      this.addMissing();
      return;
    }
    if (this.#kind !== 'strings') this.#becomeStrings();
    this.#pushCode(this.#code(text));
  }

  finish(): RawColumn {
    const { name } = this;
    if (this.#kind === 'strings') {
      return { name, kind: 'strings', codes: this.#codes.slice(0, this.rows), levels: this.#levels };
    }
    const values = this.#values.slice(0, this.rows);
    return this.#kind === 'dates'
      ? { name, kind: 'dates', values }
      : { name, kind: 'numbers', values, infinite: this.#infinite };
  }

  #becomeStrings(): void {
    const write = this.#kind === 'dates' ? dateText : String;
    const values = this.#values.subarray(0, this.rows);
    this.#kind = 'strings';
    this.#codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : this.#code(write(value))));
    this.#values = new Float64Array(0);
  }

  #code(text: string): number {
    const known = this.#codeOf.get(text);
    if (known !== undefined) return known;
    // lone halves of surrogate pairs cannot be stored as UTF-8: they become U+FFFD before anything else sees them
    const clean = /[\ud800-\udfff]/.test(text) ? new TextDecoder().decode(new TextEncoder().encode(text)) : text;
    const code = clean === text ? this.#levels.push(text) - 1 : this.#code(clean);
    this.#codeOf.set(text, code);
    return code;
  }

  #pushValue(value: number): void {
    if (this.rows === this.#values.length) {
      const grown = new Float64Array(Math.max(256, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.rows++] = value;
  }

  #pushCode(code: number): void {
    if (this.rows === this.#codes.length) {
      const grown = new Int32Array(Math.max(256, this.#codes.length * 2));
      grown.set(this.#codes);
      this.#codes = grown;
    }
    this.#codes[this.rows++] = code;
  }
}

function dateText(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso;
}
