/** Cells that mean "missing" unless the reader is told otherwise. `None` and `-` are not among them: both are used as values. */
export const defaultNulls: readonly string[] = ['NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NULL', 'null', '?', '<NA>'];

/** Whether a cell is missing: empty, only spaces, or one of the words. */
export function missingTest(nulls: readonly string[] = defaultNulls): (text: string) => boolean {
  const words = new Set(nulls.map((word) => word.trim()));
  return (text) => {
    const trimmed = text.trim();
    return trimmed === '' || words.has(trimmed);
  };
}

const booleanPairs: readonly (readonly [yes: string, no: string])[] = [
  ['true', 'false'],
  ['yes', 'no'],
  ['t', 'f'],
  ['y', 'n'],
];

/**
 * What a boolean word says, in any case: true/false, yes/no, t/f, y/n. Undefined for other text.
 */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  for (const [yes, no] of booleanPairs) {
    if (word === yes) return true;
    if (word === no) return false;
  }
  return undefined;
}

/**
 * Whether the levels of a column are the two words of one pair. One level alone counts only when written out
 * (`yes`, `true`): a single letter says too little.
 */
export function areBooleanWords(levels: readonly string[]): boolean {
  if (levels.length < 1 || levels.length > 2) return false;
  const words = levels.map((level) => level.trim().toLowerCase());
  const pair = booleanPairs.find(([yes, no]) => words.every((word) => word === yes || word === no));
  if (!pair || new Set(words).size !== words.length) return false;
  return words.length === 2 || words[0]!.length > 1;
}
