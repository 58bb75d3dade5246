import type { ParseOptions } from '@laurel/contracts';
import { parseNumber } from '../cells/numbers.ts';
import { CsvTokenizer } from './tokenizer.ts';

const candidates = [',', ';', '\t', '|'];
const sampleRows = 500;

export interface SniffedCsv {
  delimiter: string;
  decimal: '.' | ',';
  header: boolean;
}

/**
 * Delimiter, decimal mark and whether there is a header, from the first bytes of a file (UTF-8; the last row may be cut).
 * What the options say is taken as it is. The delimiter is the one that gives the most rows the width of the first.
 */
export function sniffCsv(sample: Uint8Array, options: ParseOptions = {}): SniffedCsv {
  const delimiter = options.delimiter ?? bestDelimiter(sample);
  const rows = sampleCells(sample, delimiter);
  const header = options.header ?? !looksLikeData(rows[0] ?? []);
  const body = header ? rows.slice(1) : rows;
  return { delimiter, decimal: options.decimal ?? sniffDecimal(body, delimiter), header };
}

function bestDelimiter(sample: Uint8Array): string {
  let best = ',';
  let bestScore = 0;
  for (const delimiter of candidates) {
    const rows = sampleCells(sample, delimiter);
    const width = rows[0]?.length ?? 0;
    if (width < 2) continue;
    const same = rows.filter((row) => row.length === width).length / rows.length;
    // agreement counts first; among equals the delimiter that finds more columns
    const score = Math.round(same * 100) + Math.min(width, 1000) / 2000;
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

function sampleCells(sample: Uint8Array, delimiter: string): string[][] {
  const rows: string[][] = [];
  const decoder = new TextDecoder();
  const tokenizer = new CsvTokenizer({
    delimiter,
    maxCellBytes: Number.POSITIVE_INFINITY,
    maxColumns: Number.POSITIVE_INFINITY,
    lenient: true,
    onRow: ({ bytes, starts, ends, width }) => {
      if (rows.length >= sampleRows) return;
      rows.push(Array.from({ length: width }, (_, cell) => decoder.decode(bytes.subarray(starts[cell]!, ends[cell]!))));
    },
  });
  tokenizer.push(sample);
  // a file without a line end at its end has its last row in the sample too
  if (rows.length < 2) tokenizer.end();
  return rows;
}

/** A first row of numbers only, one of them with a fraction or twice, is data: nobody names columns like that. */
function looksLikeData(cells: readonly string[]): boolean {
  if (cells.length === 0 || !cells.every((cell) => parseNumber(cell) !== undefined)) return false;
  return cells.some((cell) => cell.includes('.')) || new Set(cells).size < cells.length;
}

function sniffDecimal(rows: readonly string[][], delimiter: string): '.' | ',' {
  if (delimiter === ',') return '.';
  let commas = 0;
  let points = 0;
  for (const row of rows) {
    for (const cell of row) {
      if (/^\s*[+-]?\d+,\d+\s*$/.test(cell)) commas++;
      else if (/^\s*[+-]?\d*\.\d+\s*$/.test(cell)) points++;
    }
  }
  return commas > points ? ',' : '.';
}
