/**
 * The ways of writing dates that Laurel knows. A column is a date column when one of them reads every value.
 * Each may be followed by a time: `T` or spaces, HH:mm, HH:mm:ss, with fractions, AM/PM, and Z or an offset.
 * Where several read everything, the first in this order is taken (month first for `/`, day first for `-`).
 */
export const dateFormats = [
  'YYYY-MM-DD',
  'YYYY/MM/DD',
  'YYYY.MM.DD',
  'YYYY-MM',
  'DD.MM.YYYY',
  'MM/DD/YYYY',
  'DD/MM/YYYY',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'DD.MM.YY',
  'MM/DD/YY',
  'DD/MM/YY',
  'DD Mon YYYY',
  'Mon DD, YYYY',
  'DD-Mon-YY',
] as const;
export type DateFormat = (typeof dateFormats)[number];

const time =
  '(?:[Tt]|\\s+)(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?\\s*([AaPp][Mm])?\\s*(Z|z|[+-]\\d{2}(?::?\\d{2})?)?';
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthName = '([A-Za-z]{3,9})\\.?';

type Part = 'y' | 'm' | 'd' | 'n';
const rules: Record<DateFormat, { pattern: RegExp; parts: readonly Part[] }> = {
  'YYYY-MM-DD': rule('(\\d{4})-(\\d{1,2})-(\\d{1,2})', ['y', 'm', 'd']),
  'YYYY/MM/DD': rule('(\\d{4})/(\\d{1,2})/(\\d{1,2})', ['y', 'm', 'd']),
  'YYYY.MM.DD': rule('(\\d{4})\\.(\\d{1,2})\\.(\\d{1,2})', ['y', 'm', 'd']),
  'YYYY-MM': rule('(\\d{4})-(\\d{2})', ['y', 'm']),
  'DD.MM.YYYY': rule('(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})', ['d', 'm', 'y']),
  'DD/MM/YYYY': rule('(\\d{1,2})/(\\d{1,2})/(\\d{4})', ['d', 'm', 'y']),
  'MM/DD/YYYY': rule('(\\d{1,2})/(\\d{1,2})/(\\d{4})', ['m', 'd', 'y']),
  'DD-MM-YYYY': rule('(\\d{1,2})-(\\d{1,2})-(\\d{4})', ['d', 'm', 'y']),
  'MM-DD-YYYY': rule('(\\d{1,2})-(\\d{1,2})-(\\d{4})', ['m', 'd', 'y']),
  'DD.MM.YY': rule('(\\d{1,2})\\.(\\d{1,2})\\.(\\d{2})', ['d', 'm', 'y']),
  'DD/MM/YY': rule('(\\d{1,2})/(\\d{1,2})/(\\d{2})', ['d', 'm', 'y']),
  'MM/DD/YY': rule('(\\d{1,2})/(\\d{1,2})/(\\d{2})', ['m', 'd', 'y']),
  'DD Mon YYYY': rule(`(\\d{1,2})\\s+${monthName},?\\s+(\\d{4})`, ['d', 'n', 'y']),
  'Mon DD, YYYY': rule(`${monthName}\\s+(\\d{1,2}),?\\s+(\\d{4})`, ['n', 'd', 'y']),
  'DD-Mon-YY': rule(`(\\d{1,2})-${monthName}-(\\d{4}|\\d{2})`, ['d', 'n', 'y']),
};

function rule(date: string, parts: readonly Part[]) {
  return { pattern: new RegExp(`^\\s*${date}(?:${time})?\\s*$`), parts };
}

/** Milliseconds since 1970 UTC, or undefined when the text is no real date of that format. Without an offset it is taken as UTC. */
export function parseDate(text: string, format: DateFormat): number | undefined {
  const { pattern, parts } = rules[format];
  const match = pattern.exec(text);
  if (!match) return undefined;
  let year = 0;
  let month = 1;
  let day = 1;
  parts.forEach((part, index) => {
    const piece = match[index + 1]!;
    if (part === 'y') year = piece.length === 2 ? fullYear(Number(piece)) : Number(piece);
    else if (part === 'm') month = Number(piece);
    else if (part === 'd') day = Number(piece);
    else month = months.indexOf(piece.slice(0, 3).toLowerCase()) + 1;
  });
  const midnight = dayOf(year, month, day);
  if (midnight === undefined) return undefined;
  const clock = timeOf(match.slice(parts.length + 1));
  return clock === undefined ? undefined : midnight + clock;
}

function dayOf(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // Date.UTC would take the years 0 to 99 as 1900 to 1999
  return date.getUTCMonth() === month - 1 ? date.getTime() : undefined;
}

/** Milliseconds from hour, minute, second, fraction, AM/PM and offset; 0 when there is no time. */
function timeOf(pieces: (string | undefined)[]): number | undefined {
  const [hourText, minuteText, secondText, fraction, half, zone] = pieces;
  if (hourText === undefined) return 0;
  let hour = Number(hourText);
  const minute = Number(minuteText);
  const second = Number(secondText ?? 0);
  if (half) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  }
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const milliseconds = fraction ? Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6) : 0;
  return ((hour * 60 + minute - offsetMinutes(zone)) * 60 + second) * 1000 + milliseconds;
}

function offsetMinutes(zone: string | undefined): number {
  if (!zone || zone.toLowerCase() === 'z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0);
  return zone.startsWith('-') ? -minutes : minutes;
}

/** POSIX: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068. */
function fullYear(twoDigits: number): number {
  return twoDigits >= 69 ? 1900 + twoDigits : 2000 + twoDigits;
}

/**
 * The format that reads every one of these values, or undefined. When day and month could be swapped throughout, both
 * fit: `ambiguousWith` names the reading that was not taken.
 */
export function detectDateFormat(
  values: Iterable<string>,
): { format: DateFormat; ambiguousWith: DateFormat | null } | undefined {
  let candidates: DateFormat[] | undefined;
  for (const value of values) {
    if (value.length > 40) return undefined;
    candidates = (candidates ?? [...dateFormats]).filter((format) => parseDate(value, format) !== undefined);
    if (candidates.length === 0) return undefined;
  }
  if (!candidates || candidates.length === 0) return undefined;
  return { format: candidates[0]!, ambiguousWith: candidates[1] ?? null };
}

/** A date in any known format, as rows to predict may write it; the column's own format is tried first. */
export function parseAnyDate(text: string, preferred?: string): number | undefined {
  const order = isDateFormat(preferred) ? [preferred, ...dateFormats] : dateFormats;
  for (const format of order) {
    const value = parseDate(text, format);
    if (value !== undefined) return value;
  }
  return undefined;
}

export function isDateFormat(text: string | undefined): text is DateFormat {
  return dateFormats.some((format) => format === text);
}
