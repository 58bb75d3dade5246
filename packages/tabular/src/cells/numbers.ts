/**
 * How a column writes its numbers. plain: 1234.5 and 1e-3; thousands: 1,234.5; comma: 1.234,5 or 1234,5.
 * Every style reads plain whole numbers too.
 */
export type NumberStyle = 'plain' | 'thousands' | 'comma';

const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const thousands = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;
const comma = /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?:[eE][+-]?\d+)?$/;
const leadingZero = /^[+-]?0\d/;
const infinite = /^[+-]?inf(?:inity)?$/i;
const phoneNumber = /^\+\d{7,}$/;

/**
 * The number that a cell writes, or undefined when it is to stay text: not a number at all, leading zeros (00123),
 * a whole number beyond 2^53 (its digits would be lost), or a telephone number (+ and seven digits or more).
 */
export function parseNumber(text: string, style: NumberStyle = 'plain'): number | undefined {
  const trimmed = text.trim();
  if (leadingZero.test(trimmed) || phoneNumber.test(trimmed)) return undefined;
  let digits = trimmed;
  if (style === 'thousands' && thousands.test(trimmed)) digits = trimmed.replaceAll(',', '');
  else if (style === 'comma' && comma.test(trimmed)) digits = trimmed.replaceAll('.', '').replace(',', '.');
  else if (style === 'comma' || !plain.test(trimmed)) return undefined;
  const value = Number(digits);
  if (!Number.isFinite(value)) return undefined;
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER && /^[+-]?\d+$/.test(digits)) return undefined;
  return value;
}

/** Inf, -Infinity and the like: in a column of numbers they are missing, and counted. */
export function isInfinity(text: string): boolean {
  return infinite.test(text.trim());
}

const zero = 48;
const powersOfTen = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/**
 * `parseNumber` in plain style straight from the bytes of a cell, without making a string: exact by the fast path of
 * Clinger (1990) for up to 15 digits; anything longer or unusual goes the slow way. NaN means not a number.
 */
export function parseNumberBytes(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i]! === 32) i++;
  let stop = end;
  while (stop > i && bytes[stop - 1]! === 32) stop--;
  let negative = false;
  if (bytes[i] === 45) {
    negative = true;
    i++;
  }
  const first = bytes[i]! - zero;
  if (i >= stop || first > 9 || first < 0) return slowNumber(bytes, start, end);
  if (first === 0 && i + 1 < stop && isDigit(bytes[i + 1]!)) return Number.NaN;
  let mantissa = 0;
  let digits = 0;
  let fraction = -1;
  for (; i < stop; i++) {
    const byte = bytes[i]!;
    if (isDigit(byte)) {
      mantissa = mantissa * 10 + (byte - zero);
      digits++;
    } else if (byte === 46 && fraction < 0) fraction = digits;
    else return slowNumber(bytes, start, end);
  }
  if (digits > 15) return slowNumber(bytes, start, end);
  const value = fraction < 0 ? mantissa : mantissa / powersOfTen[digits - fraction]!;
  return negative ? -value : value;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= zero + 9;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function slowNumber(bytes: Uint8Array, start: number, end: number): number {
  // most text is recognised by its first byte: a number starts with a digit, sign, point or space
  const first = bytes[start]!;
  if (end - start > 64 || (first > 57 && first !== 0xc2)) return Number.NaN;
  return parseNumber(decoder.decode(bytes.subarray(start, end))) ?? Number.NaN;
}
