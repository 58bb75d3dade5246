import type { DataFacts, FamilyInfo, FitInput, FittedModel } from '../models/types.ts';
import { isOutOfMemory, memoryRefusal } from './failure.ts';
import { someRows } from './rows.ts';

/** A fit is not tried on fewer rows than these. */
const fewestRows = 1000;

/**
 * Fits on at most `most` of the training rows, and on half of them, a quarter and so on where the family predicts that
 * they would need more memory than the process may use, or a model too large to keep. Throws MEMORY_LIMIT when even a
 * thousand rows are too many. `input.train.rows` are then the rows that were used.
 */
export async function fitWithin(
  input: FitInput,
  most: number,
  info: Pick<FamilyInfo, 'memoryBytes' | 'modelBytes'>,
  facts: DataFacts,
  fitRows: (input: FitInput) => Promise<FittedModel>,
): Promise<{ model: FittedModel; lackedMemory: boolean }> {
  const all = input.train;
  for (let rows = Math.min(most, all.rows.length), lackedMemory = false; ; lackedMemory = true) {
    input.train = { ...all, rows: someRows({ ...input, train: all }, rows) };
    try {
      refuseTooLarge(input, info, { ...facts, rows: input.train.rows.length });
      return { model: await fitRows(input), lackedMemory };
    } catch (error) {
      if (!isOutOfMemory(error) || input.signal?.aborted || rows <= fewestRows) throw error;
      rows = Math.max(fewestRows, Math.floor(rows / 2));
    }
  }
}

function refuseTooLarge(
  { config, memoryLimitBytes, modelLimitBytes }: FitInput,
  { memoryBytes, modelBytes }: Pick<FamilyInfo, 'memoryBytes' | 'modelBytes'>,
  facts: DataFacts,
): void {
  const needed = memoryBytes?.(facts, config) ?? 0;
  if (memoryLimitBytes !== undefined && needed > memoryLimitBytes) throw memoryRefusal('fit', needed, memoryLimitBytes);
  const size = modelBytes?.(facts, config) ?? 0;
  if (modelLimitBytes !== undefined && size > modelLimitBytes) throw memoryRefusal('model', size, modelLimitBytes);
}
