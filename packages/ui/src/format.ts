/** Numbers, times and sizes as people read them. Every function answers an em dash for what is not there. */

export const nothing = '—';

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Three significant digits below a thousand, whole and grouped above; very small and very large in powers of ten. */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (!isNumber(value)) return nothing;
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e9 || size < 1e-4) return value.toExponential(digits - 1).replace('e+', 'e');
  if (size >= 1000) return grouped.format(value);
  if (Number.isInteger(value)) return String(value);
  return trimZeros(value.toPrecision(digits));
}

/** A score: four decimals below ten, so that close models still differ; four digits below a thousand; whole and grouped above. */
export function formatScore(value: number | null | undefined): string {
  if (!isNumber(value)) return nothing;
  const size = Math.abs(value);
  if (size < 10) return value.toFixed(4);
  if (size >= 999.95) return grouped.format(value);
  return value.toPrecision(4);
}

export function formatCount(value: number | null | undefined): string {
  return isNumber(value) ? grouped.format(value) : nothing;
}

/** `fraction` from 0 to 1; one decimal below 10 % and above 99 %, and never 0 % or 100 % for what is not. */
export function formatPercent(fraction: number | null | undefined): string {
  if (!isNumber(fraction)) return nothing;
  const percent = fraction * 100;
  if (percent > 0 && percent < 0.1) return '<0.1 %';
  if (percent < 100 && percent > 99.9) return '>99.9 %';
  const fine = (percent < 10 && percent !== 0) || (percent > 99 && percent < 100);
  return `${fine ? trimZeros(percent.toFixed(1)) : Math.round(percent)} %`;
}

export function formatSeconds(seconds: number | null | undefined): string {
  if (!isNumber(seconds)) return nothing;
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${trimZeros(seconds.toFixed(1))} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Decimal units: 1 kB is 1,000 bytes. */
export function formatBytes(bytes: number | null | undefined): string {
  if (!isNumber(bytes)) return nothing;
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < byteUnits.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : trimZeros(size.toPrecision(3))} ${byteUnits[unit]}`;
}

/** "4 min ago", from two times in milliseconds; anything within 10 s is "just now". */
export function formatAgo(atMs: number, nowMs: number): string {
  const seconds = Math.round((nowMs - atMs) / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? 'yesterday' : days < 30 ? `${days} days ago` : formatDate(atMs);
}

export function formatDate(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Full time in UTC, for hovers and records. */
export function formatInstant(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** "1 row", "2 rows"; the plural is the word with s unless given. */
export function plural(count: number, word: string, words = `${word}s`): string {
  return `${formatCount(count)} ${count === 1 ? word : words}`;
}

function trimZeros(text: string): string {
  return text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;
}
