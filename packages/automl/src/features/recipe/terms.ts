/** Terms are hashed into this many buckets; a power of two. */
export const termBuckets = 32_768;

const partLengths = [3, 4];
const mostCharacters = 20_000;

/** Calls back with the bucket of every word, every pair of neighbours, and every part of a word of 3 or 4 characters. */
export function hashTerms(text: string, onTerm: (bucket: number) => void): void {
  let previous = 0;
  for (const word of text
    .slice(0, mostCharacters)
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? []) {
    const padded = ` ${word} `;
    const hash = hashPart(padded, 0, padded.length, 1);
    onTerm(hash & (termBuckets - 1));
    if (previous !== 0) onTerm((Math.imul(previous, 0x9e3779b1) ^ hash) & (termBuckets - 1));
    previous = hash;
    for (const length of partLengths) {
      for (let start = 0; start + length <= padded.length; start++) {
        onTerm(hashPart(padded, start, start + length, 2) & (termBuckets - 1));
      }
    }
  }
}

/** FNV-1a of a part, with a final mix since its low bits are weak; never 0. */
function hashPart(text: string, start: number, end: number, kind: number): number {
  let hash = Math.imul(0x811c9dc5 ^ kind, 0x01000193);
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 13) || 1;
}
