const surrogates = /[\ud800-\udfff]/;

/** Order by Unicode code point, the order of UTF-8 bytes. JavaScript's own order differs for characters above U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    let x = a.charCodeAt(i);
    let y = b.charCodeAt(i);
    if (x === y) continue;
    // surrogates stand for code points above every other UTF-16 unit
    if (x >= 0xd800 && x <= 0xdfff) x += 0x10000;
    if (y >= 0xd800 && y <= 0xdfff) y += 0x10000;
    return x - y;
  }
  return a.length - b.length;
}

/** A sorted copy by code point. */
export function sortByCodePoint(values: Iterable<string>): string[] {
  const sorted = [...values];
  // the built-in order is the same and much faster as long as no value has a surrogate
  return sorted.some((value) => surrogates.test(value)) ? sorted.sort(compareCodePoints) : sorted.sort();
}

/**
 * Codes into unsorted, unique levels become codes into sorted ones, in place; levels that no row uses are left out.
 */
export function sortLevels(codes: Int32Array, levels: readonly string[]): string[] {
  const used = new Uint8Array(levels.length);
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) used[codes[i]!] = 1;
  const sorted = sortByCodePoint(levels.filter((_, code) => used[code] === 1));
  const position = new Map(sorted.map((level, index) => [level, index]));
  const newCode = Int32Array.from(levels, (level) => position.get(level) ?? -1);
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = newCode[codes[i]!]!;
  return sorted;
}
