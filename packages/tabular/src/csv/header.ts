import { AppError, type Finding } from '@laurel/contracts';
import { parseNumber } from '../cells/numbers.ts';

/**
 * Column names from the cells of a header: outer spaces removed, an empty one replaced by `column_<position>` with a
 * finding. Names that differ only by case or spaces are refused (DUPLICATE_COLUMN): people and spreadsheets mix them up.
 */
export function columnNames(cells: readonly string[], maxNameLength: number): { names: string[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const taken = new Map<string, number>();
  const trimmed = cells.map((cell) => cell.replace(/^\ufeff/, '').trim());
  trimmed.forEach((name, index) => {
    if (name === '') return;
    if (name.length > maxNameLength) {
      throw new AppError(
        'CELL_TOO_LARGE',
        `The name of column ${index + 1} has ${name.length.toLocaleString('en')} characters; at most ${maxNameLength} are allowed. Shorten it. If the file has no header, say header=false.`,
        { details: { position: index + 1 } },
      );
    }
    const key = foldName(name);
    const first = taken.get(key);
    if (first !== undefined) throw duplicate(trimmed[first]!, first, name, index);
    taken.set(key, index);
  });
  const names = trimmed.map((name, index) => {
    if (name !== '') return name;
    const generated = freeName(`column_${index + 1}`, taken);
    taken.set(foldName(generated), index);
    findings.push({
      code: 'EMPTY_COLUMN_NAME',
      severity: 'alert',
      column: generated,
      message: `Column ${index + 1} has no name in the header. Laurel calls it ${generated}.`,
    });
    return generated;
  });
  return { names, findings };
}

/** Names are the same when they are after this: case and all spaces are taken out. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase().replaceAll(/\s+/g, '');
}

function freeName(wanted: string, taken: Map<string, number>): string {
  let name = wanted;
  for (let suffix = 2; taken.has(foldName(name)); suffix++) name = `${wanted}_${suffix}`;
  return name;
}

function duplicate(first: string, firstIndex: number, second: string, secondIndex: number): AppError {
  const where = `columns ${firstIndex + 1} and ${secondIndex + 1}`;
  const what =
    first === second
      ? `The header has the name ${JSON.stringify(first)} twice (${where}).`
      : `The header has two names that differ only by case or spaces: ${JSON.stringify(first)} and ${JSON.stringify(second)} (${where}).`;
  const hint = parseNumber(first) === undefined ? '' : ' If the first row is data and no header, say header=false.';
  return new AppError('DUPLICATE_COLUMN', `${what} Give every column its own name.${hint}`, {
    details: { column: second, positions: [firstIndex + 1, secondIndex + 1] },
  });
}
