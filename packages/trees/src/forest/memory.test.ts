import { describe, expect, it } from 'vitest';
import { planMatrix } from '../binning/layout.ts';
import { planArena } from '../kernel/arena.ts';
import { openKernel } from '../kernel/module.ts';
import { fitForest } from './fit.ts';
import { predictForestBytes, waitingRecordBytes } from './memory.ts';
import { classesOf, drawnTable } from './testing/cases.ts';
import type { ForestTask } from './types.ts';

describe('memory of a forest', () => {
  it('counts the records that the kernel has', () => {
    expect(openKernel(planArena({})).exports.waitingNodeBytes.value).toBe(waitingRecordBytes);
  });

  it.each([
    [{ kind: 'regression' } as ForestTask, {}],
    [{ kind: 'classification', classes: 2 } as ForestTask, { maxLeaves: 50 }],
    [{ kind: 'classification', classes: 9 } as ForestTask, { minDataInLeaf: 5, splitter: 'random' as const }],
  ])('is what was predicted: %j %j', async (task, parameters) => {
    const { features, rows, signal } = drawnTable(900, 5);
    const target = task.kind === 'regression' ? signal : classesOf(signal, task.classes, 1);
    const result = await fitForest({ features, rows, target, task, parameters: { ...parameters, trees: 4 }, seed: 1 });
    const { columns } = planMatrix([{ features, rows }], result.model.binning);
    const facts = { rows, features: features.length, columns, task, categorical: true };
    const { fitBytes, modelBytes } = predictForestBytes(facts, { ...parameters, trees: 4 });
    expect(result.memoryBytes).toBe(fitBytes);
    const { ensemble } = result.model;
    const arrays = Object.values(ensemble).filter(ArrayBuffer.isView);
    expect(arrays.reduce((sum, array) => sum + array.byteLength, 0)).toBeLessThanOrEqual(modelBytes + 200);
  });

  it('of a deep forest on many rows is predicted without making it', () => {
    const facts = { rows: 5e7, features: 28, columns: 28, task: { kind: 'regression' } as const, categorical: false };
    expect(predictForestBytes(facts).fitBytes).toBeGreaterThan(4 * 2 ** 30);
  });
});
