import { arithmetic } from './recipe/arithmetic.ts';
import { categoryPairs } from './recipe/category-pairs.ts';
import { clusters } from './recipe/clusters.ts';
import { dateGaps } from './recipe/dates.ts';
import { missingMarks } from './recipe/missing.ts';
import { targetMeans } from './recipe/target-means.ts';
import { textTopics } from './recipe/text-topics.ts';
import type { Transformer } from './recipe/types.ts';

/** Every way to make features, in the order in which they are made; one line each. */
export const transformers: readonly Transformer[] = [
  targetMeans,
  categoryPairs,
  arithmetic,
  missingMarks,
  dateGaps,
  textTopics,
  clusters,
];
