import { csvLine } from '../http/csv.ts';

/**
 * The CSV text with one column appended, its value made from the row's cells by name. Rows are kept as they are,
 * character by character; quoted cells may hold commas, quotes and line breaks. For the samples, whose form is known:
 * tables of people are read by the worker.
 */
export function deriveColumn(
  csv: string,
  column: string,
  value: (cells: Readonly<Record<string, string>>) => string,
): string {
  let header: string[] | null = null;
  let out = '';
  for (const record of records(csv)) {
    if (header === null) {
      header = record.cells;
      out += `${record.text},${csvLine([column])}`;
      continue;
    }
    const names = header;
    const cells = Object.fromEntries(record.cells.map((cell, at) => [names[at] ?? `column ${at}`, cell]));
    out += `${record.text},${csvLine([value(cells)])}`;
  }
  return out;
}

/** Each record's text without its line end, and its cells. */
function* records(csv: string): Generator<{ text: string; cells: string[] }> {
  let start = 0;
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i <= csv.length; i++) {
    const character = csv[i];
    if (quoted && character !== undefined) {
      if (character !== '"') cell += character;
      else if (csv[i + 1] === '"') cell += csv[++i];
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',') {
      cells.push(cell);
      cell = '';
    } else if (character === '\n' || character === undefined) {
      const text = csv.slice(start, i).replace(/\r$/, '');
      if (text !== '') yield { text, cells: [...cells, cell.replace(/\r$/, '')] };
      cells = [];
      cell = '';
      start = i + 1;
    } else cell += character;
  }
}
