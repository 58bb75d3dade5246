/** Cheap statistics of a text, which often tell more than its words: lengths and the shares of kinds of characters. */
export const textStatistics = [
  'characters',
  'words',
  'digit ratio',
  'capital ratio',
  'symbol ratio',
  'mean word',
] as const;

/** Words are hashed into this many buckets; a power of two. */
export const wordBuckets = 8192;

export function describeText(text: string): number[] {
  let digits = 0;
  let capitals = 0;
  let symbols = 0;
  let words = 0;
  let inWord = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code >= 48 && code <= 57;
    const capital = code >= 65 && code <= 90;
    const letter = capital || (code >= 97 && code <= 122) || code > 127;
    const space = code <= 32;
    if (digit) digits++;
    else if (capital) capitals++;
    else if (!letter && !space) symbols++;
    if (!space && !inWord) words++;
    inWord = !space;
  }
  const length = text.length || 1;
  return [text.length, words, digits / length, capitals / length, symbols / length, text.length / (words || 1)];
}

/** Calls back with the bucket of every word (letters and digits, lower case) and of every pair of neighbours. */
export function hashWords(text: string, onBucket: (bucket: number) => void): void {
  let previous = 0;
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const hash = fnv1a(word);
    onBucket(hash & (wordBuckets - 1));
    if (previous !== 0) onBucket((Math.imul(previous, 31) ^ hash) & (wordBuckets - 1));
    previous = hash;
  }
}

/** FNV-1a with a final mix (the low bits of plain FNV-1a are weak). */
function fnv1a(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 13) || 1;
}
