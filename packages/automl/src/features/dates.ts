const msPerDay = 86_400_000;

/** What is read from a date, in order: numbers first, then the cyclic forms that linear models and networks need. */
export const datePlainParts = ['epoch', 'year', 'month', 'day', 'weekday', 'hour'] as const;
export const dateCyclicParts = [
  'month sin',
  'month cos',
  'weekday sin',
  'weekday cos',
  'hour sin',
  'hour cos',
] as const;
export type DatePart = (typeof datePlainParts)[number] | (typeof dateCyclicParts)[number];

/** One part of a date given as milliseconds since 1970 (UTC); NaN where the date is missing or out of JavaScript's range. */
export function datePart(part: DatePart, ms: number): number {
  if (!(Math.abs(ms) <= 8.64e15)) return Number.NaN;
  if (part === 'epoch') return ms / msPerDay;
  const days = Math.floor(ms / msPerDay);
  if (part === 'weekday') return weekday(days);
  const hour = (ms - days * msPerDay) / 3_600_000;
  if (part === 'hour') return hour;
  const date = new Date(ms);
  if (part === 'year') return date.getUTCFullYear();
  if (part === 'month') return date.getUTCMonth() + 1;
  if (part === 'day') return date.getUTCDate();
  const wave = part.endsWith('sin') ? Math.sin : Math.cos;
  if (part.startsWith('month')) return wave((2 * Math.PI * date.getUTCMonth()) / 12);
  if (part.startsWith('weekday')) return wave((2 * Math.PI * weekday(days)) / 7);
  return wave((2 * Math.PI * hour) / 24);
}

/** Monday is 0; the first of January 1970 was a Thursday. */
function weekday(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}
