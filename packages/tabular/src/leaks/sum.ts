import { sampledRows } from '../profile/correlations.ts';
import { type Column, isNumeric, type NumericColumn } from '../table.ts';
import type { CheckedTarget } from './target.ts';

export interface SumLeak {
  columns: string[];
  /** "casual + registered", with the constant if there is one */
  formula: string;
}

interface Term {
  name: string;
  values: Float64Array;
}

const maxColumns = 60;
const probeRows = 16;

/**
 * Two or three numeric columns whose sum or difference is the target in every row, but for a constant: parts of a total
 * that is to be predicted, or a total of which the target is a part.
 */
export function sumLeak(columns: readonly Column[], target: CheckedTarget): SumLeak | undefined {
  if (target.classes !== 0) return undefined;
  const numeric = columns.filter((column): column is NumericColumn => isNumeric(column) && column.type === 'numeric');
  if (numeric.length < 2 || numeric.length > maxColumns) return undefined;
  const complete = sampledRows(target.rows.length, 20_000).filter((i) =>
    numeric.every((column) => !Number.isNaN(column.values[target.rows[i]!]!)),
  );
  if (complete.length < 50) return undefined;
  const y = Float64Array.from(complete, (i) => target.values[i]!);
  const terms = numeric
    .map(({ name, values }): Term => ({ name, values: Float64Array.from(complete, (i) => values[target.rows[i]!]!) }))
    .filter((term) => term.values.some((value) => value !== term.values[0]));
  const scale = Math.max(...y.map(Math.abs));
  const found = search(terms, y, 1e-9 * Math.max(1, scale));
  return found && { columns: found.map(({ term }) => term.name), formula: formulaOf(found, y[0]!) };
}

interface SignedTerm {
  term: Term;
  sign: 1 | -1;
}

function search(terms: readonly Term[], y: Float64Array, tolerance: number): SignedTerm[] | undefined {
  const signs = [1, -1] as const;
  const signed = terms.flatMap((term) => signs.map((sign): SignedTerm => ({ term, sign })));
  for (const size of [2, 3]) {
    for (let a = 0; a < signed.length; a++) {
      for (let b = a + 1; b < signed.length; b++) {
        const pair = [signed[a]!, signed[b]!];
        if (pair[0]!.term === pair[1]!.term) continue;
        if (size === 2 && isConstantRest(pair, y, tolerance)) return pair;
        if (size === 2) continue;
        for (let c = b + 1; c < signed.length; c++) {
          const triple = [...pair, signed[c]!];
          if (signed[c]!.term !== pair[1]!.term && isConstantRest(triple, y, tolerance)) return triple;
        }
      }
    }
  }
  return undefined;
}

/** Whether target minus the terms is the same in every row; a few rows spread over the table settle nearly all cases. */
function isConstantRest(set: readonly SignedTerm[], y: Float64Array, tolerance: number): boolean {
  const restAt = (row: number): number =>
    set.reduce((rest, { term, sign }) => rest - sign * term.values[row]!, y[row]!);
  const first = restAt(0);
  const step = Math.max(1, Math.floor(y.length / probeRows));
  for (let row = step; row < y.length; row += step) if (Math.abs(restAt(row) - first) > tolerance) return false;
  for (let row = 0; row < y.length; row++) if (Math.abs(restAt(row) - first) > tolerance) return false;
  return true;
}

function formulaOf(set: readonly SignedTerm[], total: number): string {
  const rest = total - set.reduce((sum, { term, sign }) => sum + sign * term.values[0]!, 0);
  const constant = Number(rest.toPrecision(6));
  const terms = [...set]
    .sort((a, b) => b.sign - a.sign)
    .map(({ term, sign }, index) => `${sign < 0 ? (index === 0 ? '-' : ' - ') : index === 0 ? '' : ' + '}${term.name}`)
    .join('');
  if (Math.abs(rest) < 1e-6 * Math.max(1, Math.abs(total))) return terms;
  return `${terms} ${constant < 0 ? '-' : '+'} ${Math.abs(constant)}`;
}
