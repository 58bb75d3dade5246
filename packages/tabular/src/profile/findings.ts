import type { ColumnProfile, Finding } from '@laurel/contracts';
import type { ColumnInference, ColumnNote } from '../infer/infer.ts';
import type { UnusableColumn } from './unusable.ts';

export interface FindingInput {
  rows: number;
  columns: readonly ColumnProfile[];
  duplicateRows: number;
  unusable: readonly UnusableColumn[];
  inference: readonly ColumnInference[];
  /** what the reader of the file had to say */
  reading: readonly Finding[];
}

/**
 * What the checks of a table found, as sentences that say what was seen and what Laurel does about it:
 * `alert` asks for a person's eye, `done` was or will be dealt with, `passed` found nothing. Worst first.
 */
export function tableFindings(input: FindingInput): Finding[] {
  const setAside = new Set(input.unusable.map((entry) => entry.column));
  const found: Finding[] = [
    ...input.reading,
    ...input.inference.flatMap(({ name, notes }) => notes.map((note) => noteFinding(name, note))),
    ...input.unusable.map(({ column, code, reason }): Finding => ({ code, severity: 'done', column, message: reason })),
    ...input.columns.filter(({ name }) => !setAside.has(name)).flatMap((column) => columnFindings(column, input.rows)),
    ...rowFindings(input.rows, input.duplicateRows),
  ];
  const order = { alert: 0, done: 1, passed: 2 };
  return [...found, ...passedChecks(found)].sort((a, b) => order[a.severity] - order[b.severity]);
}

function noteFinding(name: string, note: ColumnNote): Finding {
  const finding = (severity: Finding['severity'], message: string): Finding => ({
    code: note.code,
    severity,
    column: name,
    message,
  });
  switch (note.code) {
    case 'INFINITE':
      return finding(
        'alert',
        `${name} has ${countOf(note.count, 'infinite value')}. They are treated as missing; as a target the column would be refused.`,
      );
    case 'LOCALE_NUMBERS': {
      const how = note.style === 'comma' ? 'decimal commas' : 'commas between thousands';
      return finding(
        'alert',
        `${name} is written with ${how}: ${note.example} was read as ${note.readAs}. If that is wrong, say decimal=, or decimal=. when uploading.`,
      );
    }
    case 'LEADING_ZEROS':
      return finding(
        'done',
        `${name} has numbers with leading zeros such as ${note.example}. It is kept as text, so that no zero is lost.`,
      );
    case 'LARGE_INTEGERS':
      return finding(
        'done',
        `${name} has whole numbers too long to compute with, such as ${note.example}. It is kept as text, so that no digit is lost.`,
      );
    case 'MIXED_TYPES':
      return finding(
        'alert',
        `${name} holds ${note.numbers.toLocaleString('en')} numbers and ${countOf(note.others, 'other value')}, the first is ${JSON.stringify(note.example)} in data row ${note.row}. It is read as text; set its type to numeric to treat the others as missing.`,
      );
    case 'AMBIGUOUS_DATES':
      return finding(
        'alert',
        `${name} has dates such as ${note.example} that fit ${note.format} and ${note.other}. Laurel reads them as ${note.format}. If that is wrong, write the dates as YYYY-MM-DD.`,
      );
  }
}

function columnFindings(column: ColumnProfile, rows: number): Finding[] {
  const { name, type, missing, distinct } = column;
  const found: Finding[] = [];
  const share = missing / rows;
  if (share >= 0.5) {
    found.push({
      code: 'MISSING_HIGH',
      severity: 'alert',
      column: name,
      message: `${name} is missing in ${percent(share)} of the rows. Models may use that it is missing; check that it will be missing in the same way later.`,
    });
  }
  const present = rows - missing;
  if (type === 'categorical' && (distinct > 1000 || (distinct > 50 && distinct > 0.5 * present))) {
    found.push({
      code: 'HIGH_CARDINALITY',
      severity: 'done',
      column: name,
      message: `${name} has ${distinct.toLocaleString('en')} different values in ${present.toLocaleString('en')} rows. Rare values are pooled, and the others are encoded by what they predict.`,
    });
  }
  if (type === 'text' && distinct >= 0.95 * present) {
    found.push({
      code: 'NEAR_UNIQUE_TEXT',
      severity: 'done',
      column: name,
      message: `${name} is free text, different in nearly every row. Its length and its words are used, not the texts as categories.`,
    });
  }
  if (type === 'datetime' && column.dateFormat) {
    found.push({
      code: 'DATE_FORMAT',
      severity: 'done',
      column: name,
      message: `${name} is a date, read as ${column.dateFormat}. Year, month, weekday and the like are made from it.`,
    });
  }
  return found;
}

function rowFindings(rows: number, duplicates: number): Finding[] {
  const found: Finding[] = [];
  if (duplicates > 0) {
    found.push({
      code: 'DUPLICATE_ROWS',
      severity: duplicates > 0.01 * rows ? 'alert' : 'done',
      column: null,
      message: `${countOf(duplicates, 'row')} of ${rows.toLocaleString('en')} (${percent(duplicates / rows)}) repeat an earlier row in every column. They are kept; copies in training and in validation make scores look better than they are.`,
    });
  }
  if (rows < 100) {
    found.push({
      code: 'FEW_ROWS',
      severity: 'alert',
      column: null,
      message: `The table has only ${countOf(rows, 'row')}. Scores will be uncertain; more rows help more than any model.`,
    });
  }
  return found;
}

const checks: readonly { codes: readonly string[]; message: string }[] = [
  { codes: ['DUPLICATE_ROWS'], message: 'No row appears twice.' },
  { codes: ['DUPLICATE_OF'], message: 'No column is a copy of another.' },
  { codes: ['CONSTANT', 'ALL_MISSING'], message: 'Every column has at least two different values.' },
  { codes: ['ID_LIKE'], message: 'No column looks like an identifier.' },
  { codes: ['MISSING_HIGH', 'ALL_MISSING'], message: 'No column is missing in half of the rows or more.' },
  { codes: ['MIXED_TYPES'], message: 'No column mixes numbers with other values.' },
  { codes: ['AMBIGUOUS_DATES'], message: 'No date can be read in two ways.' },
  { codes: ['LOCALE_NUMBERS'], message: 'All numbers are written the usual way.' },
  { codes: ['HIGH_CARDINALITY'], message: 'No category has too many different values.' },
];

function passedChecks(found: readonly Finding[]): Finding[] {
  const codes = new Set(found.map((finding) => finding.code));
  return checks
    .filter((check) => check.codes.every((code) => !codes.has(code)))
    .map(({ codes: [code], message }) => ({ code: code!, severity: 'passed', column: null, message }));
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

function percent(share: number): string {
  if (share > 0 && share < 0.01) return 'less than 1 %';
  return share < 1 && share > 0.99 ? 'more than 99 %' : `${Math.round(share * 100)} %`;
}
