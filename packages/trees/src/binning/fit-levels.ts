import type { CategoricalBinning } from '../types.ts';

/**
 * Bins of categories: levels by falling number of rows (ties: the lower code first) get bins from 1. Levels with fewer
 * than `minLevelCount` rows and those beyond `maxBins - 1` share the last bin, which unseen levels go to as well; where
 * there is no such bin, unseen levels are missing values (bin 0).
 */
export function fitLevels(
  codes: Int32Array,
  levels: number,
  maxBins: number,
  minLevelCount: number,
): CategoricalBinning {
  const counts = countLevels(codes, levels);
  const present: number[] = [];
  for (let level = 0; level < levels; level++) if (counts[level]! > 0) present.push(level);
  present.sort((a, b) => counts[b]! - counts[a]! || a - b);
  let kept = 0;
  while (kept < present.length && kept < maxBins - 1 && counts[present[kept]!]! >= minLevelCount) kept++;
  const unseenBin = kept < present.length ? kept + 1 : 0;
  const binOfLevel = new Uint8Array(levels).fill(unseenBin);
  for (let i = 0; i < kept; i++) binOfLevel[present[i]!] = i + 1;
  return { kind: 'categorical', binOfLevel, bins: kept + 1 + Math.min(unseenBin, 1), unseenBin };
}

function countLevels(codes: Int32Array, levels: number): Int32Array {
  const counts = new Int32Array(levels);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code >= 0 && code < levels) counts[code]!++;
  }
  return counts;
}
