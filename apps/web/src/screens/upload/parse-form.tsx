'use client';
import type { ParseOptions } from '@laurel/contracts';
import { Field, Input, Select } from '@laurel/ui';

export interface ParseChoice {
  encoding: string;
  delimiter: string;
  decimal: string;
  header: string;
  nulls: string;
}

/** Everything is found out from the file itself. */
export const sniffed: ParseChoice = { encoding: '', delimiter: '', decimal: '', header: '', nulls: '' };

const auto = { value: '', label: 'Found out from the file' };
const encodings = [
  auto,
  { value: 'utf-8', label: 'UTF-8' },
  { value: 'windows-1252', label: 'Windows-1252 (Western European)' },
  { value: 'utf-16le', label: 'UTF-16, little endian' },
  { value: 'utf-16be', label: 'UTF-16, big endian' },
];
const delimiters = [
  auto,
  { value: ',', label: 'Comma' },
  { value: ';', label: 'Semicolon' },
  { value: '\t', label: 'Tab' },
  { value: '|', label: 'Bar |' },
  { value: ' ', label: 'Space' },
];
const decimals = [auto, { value: '.', label: 'Point: 3.14' }, { value: ',', label: 'Comma: 3,14' }];
const headers = [
  auto,
  { value: 'yes', label: 'The first line names the columns' },
  { value: 'no', label: 'There is no header' },
];

/** How a text file is to be read. */
export function ParseForm({ value, onChange }: { value: ParseChoice; onChange: (value: ParseChoice) => void }) {
  const set = (part: Partial<ParseChoice>) => onChange({ ...value, ...part });
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <Field label="Encoding">
        <Select options={encodings} value={value.encoding} onChange={(encoding) => set({ encoding })} />
      </Field>
      <Field label="Columns are divided by">
        <Select options={delimiters} value={value.delimiter} onChange={(delimiter) => set({ delimiter })} />
      </Field>
      <Field label="Decimals are written with">
        <Select options={decimals} value={value.decimal} onChange={(decimal) => set({ decimal })} />
      </Field>
      <Field label="Header">
        <Select options={headers} value={value.header} onChange={(header) => set({ header })} />
      </Field>
      <Field label="Read as missing" hint="Besides the usual ones; divided by commas" className="sm:col-span-2">
        <Input
          value={value.nulls}
          placeholder="?, n/a, -999"
          onChange={(event) => set({ nulls: event.target.value })}
        />
      </Field>
    </div>
  );
}

export function toParseOptions(choice: ParseChoice): ParseOptions {
  const nulls = choice.nulls
    .split(',')
    .map((token) => token.trim())
    .filter(Boolean);
  return {
    ...(choice.encoding ? { encoding: choice.encoding as NonNullable<ParseOptions['encoding']> } : {}),
    ...(choice.delimiter ? { delimiter: choice.delimiter } : {}),
    ...(choice.decimal ? { decimal: choice.decimal as '.' | ',' } : {}),
    ...(choice.header ? { header: choice.header === 'yes' } : {}),
    ...(nulls.length > 0 ? { nulls } : {}),
  };
}

/** What an error message proposes: "encoding=windows-1252". */
export function proposedChoice(message: string): ParseChoice {
  const encoding = /utf-16le|utf-16be|windows-1252/i.exec(message)?.[0]?.toLowerCase() ?? '';
  const delimiter = /delimiter=(;|,|\||tab)/i.exec(message)?.[1] ?? '';
  return { ...sniffed, encoding, delimiter: delimiter.toLowerCase() === 'tab' ? '\t' : delimiter };
}
