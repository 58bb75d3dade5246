import type { ModelInput } from '@laurel/contracts';
import type { PredictRow } from '@/client/queries/models.ts';

/** What a field of the form holds: text, where empty means missing. */
export type FieldValues = Record<string, string>;

/** The form as it opens: the example of each input. */
export function exampleValues(inputs: readonly ModelInput[]): FieldValues {
  const values: FieldValues = Object.create(null);
  for (const input of inputs) values[input.name] = textOf(input);
  return values;
}

function textOf(input: ModelInput): string {
  if (input.example === null) return '';
  if (input.type !== 'datetime') return String(input.example);
  const text = typeof input.example === 'number' ? new Date(input.example).toISOString() : String(input.example);
  return text.replace('T00:00:00.000Z', '');
}

/** A row for the API: every input present, empty as null, numbers as numbers. Text that is no number is sent as it is, for the server to name. */
export function rowOf(inputs: readonly ModelInput[], values: FieldValues): PredictRow {
  const row: PredictRow = Object.create(null);
  for (const input of inputs) {
    const text = values[input.name] ?? '';
    if (text === '') row[input.name] = null;
    else if (input.type === 'numeric' && Number.isFinite(Number(text))) row[input.name] = Number(text);
    else row[input.name] = text;
  }
  return row;
}
