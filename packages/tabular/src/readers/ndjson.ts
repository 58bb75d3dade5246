import { AppError, type Finding } from '@laurel/contracts';
import { missingTest } from '../cells/words.ts';
import { columnNames } from '../csv/header.ts';
import type { RawTable } from '../infer/raw.ts';
import { ValueBuilder } from '../infer/value-builder.ts';
import type { TableLimits } from '../limits.ts';
import { fileBytes } from './byte-source.ts';
import { cellTooLarge, checkEnough, checkSize } from './checks.ts';
import { utf8Chunks } from './text-source.ts';

const maxLineCharacters = 64 * 1024 * 1024;

/**
 * One JSON object per line; its keys are the columns, in order of first appearance. An absent key is a missing value.
 * Nested values are refused (COLUMN_TYPE_UNSUPPORTED). Whole numbers too long for a double are kept as text.
 */
export async function readNdjsonFile(
  path: string,
  nulls: readonly string[] | undefined,
  limits: TableLimits,
  minColumns = 2,
): Promise<{ raw: RawTable; findings: Finding[] }> {
  const isMissing = missingTest(nulls ?? []); // JSON has null of its own: "NA" is a value unless said otherwise
  const builders = new Map<string, ValueBuilder>();
  let rows = 0;
  for await (const { text, line } of linesOf(path)) {
    const record = parseLine(text, line);
    for (const key of Object.keys(record)) {
      let builder = builders.get(key);
      if (!builder) {
        builder = new ValueBuilder(key, isMissing, rows);
        builders.set(key, builder);
        checkSize(rows, builders.size, limits);
      }
      addValue(builder, record[key], line, limits);
    }
    rows++;
    for (const builder of builders.values()) if (builder.rows < rows) builder.addMissing();
    checkSize(rows, builders.size, limits);
  }
  checkEnough(rows, builders.size, minColumns);
  const { names, findings } = columnNames([...builders.keys()], limits.maxNameLength);
  const columns = [...builders.values()].map((builder, index) => ({ ...builder.finish(), name: names[index]! }));
  return { raw: { rows, columns }, findings };
}

function addValue(builder: ValueBuilder, value: unknown, line: number, limits: TableLimits): void {
  if (value === null) builder.addMissing();
  else if (typeof value === 'number') builder.addNumber(value);
  else if (typeof value === 'boolean') builder.addText(String(value));
  else if (typeof value === 'string') {
    if (value.length > limits.maxCellBytes) throw cellTooLarge(`The value of ${builder.name} in line ${line}`, limits);
    builder.addText(value);
  } else {
    throw new AppError(
      'COLUMN_TYPE_UNSUPPORTED',
      `In line ${line}, ${builder.name} holds ${Array.isArray(value) ? 'a list' : 'an object'}. Make columns of its parts, or leave it out.`,
      { details: { line, column: builder.name } },
    );
  }
}

function parseLine(text: string, line: number): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(/\d{16}/.test(text) ? quoteLongIntegers(text) : text);
  } catch (error) {
    throw new AppError(
      'NDJSON_INVALID',
      `Line ${line} is not valid JSON. Every line must be one complete JSON object.`,
      { cause: error, details: { line } },
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError(
      'NDJSON_INVALID',
      `Line ${line} is not a JSON object. Every line must be one object, such as {"age": 31, "city": "Oslo"}.`,
      { details: { line } },
    );
  }
  return value as Record<string, unknown>;
}

/** Whole numbers that a double cannot hold are put in quotes, outside of texts. */
function quoteLongIntegers(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
  );
}

/** Lines that are not blank, with their number. */
async function* linesOf(path: string): AsyncGenerator<{ text: string; line: number }> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 0;
  const decode = (chunk: Uint8Array, last: boolean): string => {
    try {
      return decoder.decode(chunk, { stream: !last });
    } catch (error) {
      throw new AppError(
        'ENCODING_INVALID',
        `The text after line ${line} is not valid UTF-8. Save the file as UTF-8.`,
        {
          cause: error,
          details: { line },
        },
      );
    }
  };
  for await (const chunk of utf8Chunks(fileBytes(path), 'utf-8')) {
    const parts = (rest + decode(chunk, false)).split('\n');
    rest = parts.pop()!;
    if (rest.length > maxLineCharacters) {
      throw new AppError(
        'NDJSON_INVALID',
        `Line ${line + parts.length + 1} is larger than 64 MB. Every line must be one JSON object.`,
      );
    }
    for (const text of parts) {
      line++;
      if (text.trim() !== '') yield { text, line };
    }
  }
  rest += decode(new Uint8Array(0), true);
  if (rest.trim() !== '') yield { text: rest, line: line + 1 };
}
