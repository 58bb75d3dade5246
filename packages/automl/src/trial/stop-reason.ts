import type { TrialSpec } from '../types.ts';
import type { FoldResult } from './fold.ts';

/** In words, why a trial is not the whole fit of its configuration; null when it is. */
export function stopReasonOf(
  { rungRows, rowLimit }: Pick<TrialSpec, 'rungRows' | 'rowLimit'>,
  results: readonly Pick<FoldResult, 'fit' | 'allRows' | 'lackedMemory'>[],
): string | null {
  const fewest = results.reduce((least, fold) => (fold.fit.rows < least.fit.rows ? fold : least));
  const { allRows, fit } = fewest;
  const someOf = `${fit.rows.toLocaleString('en')} of ${allRows.toLocaleString('en')} rows of a fold`;
  if (results.some((fold) => fold.lackedMemory) || (rowLimit !== undefined && fit.rows < allRows)) {
    return `Fitted on ${someOf}: more would have needed more memory than its process may use.`;
  }
  if (rungRows !== undefined && fit.rows >= Math.min(rungRows, allRows)) {
    return fit.rows < allRows ? `A first look, on ${someOf}.` : null;
  }
  if (fit.rows < allRows) return `Fitted on ${someOf}: more would not have been ready in time.`;
  return results.some((fold) => fold.fit.truncated) ? 'Its time was over before the fit was done.' : null;
}
