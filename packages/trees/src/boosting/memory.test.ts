import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as arenaModule from '../kernel/arena.ts';
import type { Arena } from '../kernel/arena.ts';
import type * as kernelModule from '../kernel/module.ts';
import { openKernel } from '../kernel/module.ts';
import { boost } from './boost.ts';
import { gatherRows, leafRecordBytes, predictBoostBytes } from './memory.ts';
import { objectives } from './testing/cases.ts';
import { bytesOfTrees, mixedRows, splitRows } from './testing/data.ts';
import type { BoostInput, BoostParameters, Objective } from './types.ts';

const guardBytes = 64;
const poison = 0xa5;

/** Kernels opened by fits, with a stretch of poison behind every buffer. */
const { opened } = vi.hoisted(() => ({ opened: [] as { memory: WebAssembly.Memory; arena: Arena<string> }[] }));

vi.mock('../kernel/arena.ts', async (load) => {
  const original = await load<typeof arenaModule>();
  return {
    ...original,
    planArena(sizes: Record<string, number>, limit?: number) {
      const guarded: Record<string, number> = {};
      for (const [name, size] of Object.entries(sizes)) {
        guarded[name] = size;
        guarded[`${name} guard`] = guardBytes;
      }
      return original.planArena(guarded, limit);
    },
  };
});

vi.mock('../kernel/module.ts', async (load) => {
  const original = await load<typeof kernelModule>();
  return {
    ...original,
    openKernel(arena: Arena<string>) {
      const kernel = original.openKernel(arena);
      for (const bytes of guards(arena, kernel.memory)) bytes.view.fill(poison);
      opened.push({ memory: kernel.memory, arena });
      return kernel;
    },
  };
});

/** The stretches that nothing may write to: behind every buffer, below the kernel's constants, and above them. */
function* guards(arena: Arena<string>, memory: WebAssembly.Memory): Generator<{ name: string; view: Uint8Array }> {
  yield { name: 'the lowest addresses', view: new Uint8Array(memory.buffer, 0, 1_024) };
  yield { name: 'the last page before the buffers', view: new Uint8Array(memory.buffer, 65_024, 512) };
  for (const [name, at] of Object.entries(arena.at)) {
    if (!name.endsWith(' guard')) continue;
    const buffer = name.slice(0, -6);
    const start = arena.at[buffer]! + arena.size[buffer]!;
    yield { name: buffer, view: new Uint8Array(memory.buffer, start, at + guardBytes - start) };
  }
}

function overwritten(): string[] {
  return opened.flatMap(({ arena, memory }) =>
    [...guards(arena, memory)].filter(({ view }) => view.some((byte) => byte !== poison)).map(({ name }) => name),
  );
}

const cases: [string, Objective, number, Partial<BoostParameters>][] = [
  ...objectives.map((objective): [string, Objective, number, Partial<BoostParameters>] => [
    'plain',
    objective,
    301,
    {},
  ]),
  ['one row', { kind: 'squared' }, 1, { maxLeaves: 31 }],
  ['two rows', { kind: 'logistic' }, 2, {}],
  ['three rows', { kind: 'quantile', level: 0.1 }, 3, {}],
  ['goss', { kind: 'logistic' }, 500, { goss: { top: 0.2, other: 0.1 } }],
  ['goss of classes', { kind: 'softmax', classes: 3 }, 333, { goss: { top: 0.5, other: 0.5 } }],
  [
    'few rows and features',
    { kind: 'squared' },
    400,
    { rowFraction: 0.3, featureFraction: 0.4, featureFractionByNode: 0.5 },
  ],
  ['extra random', { kind: 'poisson' }, 400, { extraRandom: true }],
  ['monotone', { kind: 'squared' }, 400, { monotone: [1, -1, 0, 0, 0, 1, 0, 0], pathSmoothing: 1 }],
  ['two histograms', { kind: 'squared' }, 400, { histogramPoolBytes: 0 }],
  ['float', { kind: 'logistic' }, 400, { histogram: 'float', histogramPoolBytes: 0 }],
  ['packed', { kind: 'logistic' }, 400, { histogram: 'packed', maxLeaves: 200 }],
  ['more leaves than rows', { kind: 'squared' }, 40, { maxLeaves: 1_000, minHessian: 0, minDataInLeaf: 0 }],
  ['one leaf', { kind: 'squared' }, 40, { maxLeaves: 1 }],
  ['levels', { kind: 'logistic' }, 700, { growth: 'depthWise', maxDepth: 6, maxLeaves: 64 }],
  ['shared trees', { kind: 'softmax', classes: 40 }, 301, {}],
  [
    'shared trees, all leaves',
    { kind: 'softmax', classes: 5, trees: 'shared' },
    60,
    { maxLeaves: 100, minDataInLeaf: 0 },
  ],
  ['shared trees, many rows', { kind: 'softmax', classes: 3, trees: 'shared' }, gatherRows / 4 + 1, { rounds: 1 }],
  ['rows beyond one gathering', { kind: 'logistic' }, gatherRows + 1, { rounds: 2 }],
];

describe('the memory of a fit', () => {
  beforeEach(() => {
    opened.length = 0;
  });

  it('knows how large the kernel makes things', () => {
    const { exports } = openKernel({ at: {}, size: {}, bytes: 65_536 });
    expect(leafRecordBytes).toBe(exports.leafBytes.value);
    expect(gatherRows).toBe(exports.gatherRows.value);
  });

  it.each(cases)('is written to within its buffers: %s, %o', async (_, objective, rows, parameters) => {
    const all = mixedRows(rows, rows + 41, objective);
    const [train, validation] = splitRows(all, rows);
    const stopping = { higherIsBetter: false, score: () => 1 };
    const inputs: Pick<BoostInput, 'train' | 'validation' | 'earlyStopping'>[] = [
      { train },
      {
        train: { ...train, weights: train.target.map((_, row) => 1 + (row % 3)) },
        validation,
        earlyStopping: stopping,
      },
    ];
    for (const input of inputs) {
      const given = { rounds: 4, minDataInLeaf: 1, ...parameters };
      const { memoryBytes } = await boost({ ...input, objective, parameters: given, seed: 1 });
      const fit = opened.findLast(({ arena }) => 'leafRecords' in arena.at)!;
      expect(memoryBytes).toBe(fit.memory.buffer.byteLength);
      const promised = predictBoostBytes({
        ...{ objective, features: 8, trainRows: rows, parameters: given },
        ...{ validationRows: input.validation?.rows ?? 0, weighted: input.train.weights !== undefined },
      });
      expect(memoryBytes).toBeLessThanOrEqual(promised + 65_536 + guardBytes * Object.keys(fit.arena.at).length);
    }
    expect(overwritten()).toEqual([]);
  });

  it('has room for all leaves, since none is without rows, however light a side may be', async () => {
    for (let seed = 0; seed < 60; seed++) {
      const rows = 20 + seed;
      const objective = objectives[[0, 1, 2, 6][seed % 4]!]!;
      const train = mixedRows(seed, rows, objective);
      train.weights = Float64Array.from({ length: rows }, (_, i) => [1, 1e6, 1e-6, 0.1, 3][(i * 7 + seed) % 5]!);
      const given = { rounds: 3, maxLeaves: 1_000, minDataInLeaf: 0, minHessian: 0, histogram: 'float' as const };
      const { model } = await boost({ train, objective, parameters: given, seed: 1 });
      expect(Math.min(...model.ensemble.leafCover), `seed ${seed}`).toBeGreaterThan(0);
    }
    expect(overwritten()).toEqual([]);
  });

  it('is refused when it is more than is allowed, before anything is fitted', async () => {
    const train = mixedRows(1, 500, { kind: 'squared' });
    const fit = boost({ train, objective: { kind: 'squared' }, seed: 1, memoryLimitBytes: 200_000 });
    await expect(fit).rejects.toMatchObject({
      code: 'MEMORY_LIMIT',
      message: expect.stringContaining('MB are allowed'),
    });
    expect(opened.filter(({ arena }) => 'leafRecords' in arena.at)).toEqual([]);
  });
});

describe('a pool of two histograms', () => {
  const rows = 700;
  it.each([
    ['squared', 'leafWise', { kind: 'squared' }],
    ['logistic', 'leafWise', { kind: 'logistic' }],
    ['logistic', 'depthWise', { kind: 'logistic' }],
    ['softmax', 'leafWise', { kind: 'softmax', classes: 4 }],
  ] as const)('grows the same %s trees %s, bit for bit, as one with room for all', async (_, growth, objective) => {
    const train = mixedRows(7, rows, objective);
    const parameters = { rounds: 5, growth, minDataInLeaf: 2, maxLeaves: 60, histogram: 'packed' as const };
    const few = await boost({ train, objective, seed: 1, parameters: { ...parameters, histogramPoolBytes: 0 } });
    const all = await boost({ train, objective, seed: 1, parameters });
    expect(few.memoryBytes).toBeLessThan(all.memoryBytes);
    expect(few.model.ensemble.feature.length).toBeGreaterThan(200);
    expect(bytesOfTrees(few.model)).toEqual(bytesOfTrees(all.model));
  });

  it('grows float trees of the same shape, since rounding is not taken for rows', async () => {
    for (const objective of [{ kind: 'squared' }, { kind: 'logistic' }] as const) {
      const train = mixedRows(9, rows, objective);
      const parameters = { rounds: 5, minDataInLeaf: 5, maxLeaves: 40, histogram: 'float' as const };
      const few = await boost({ train, objective, seed: 1, parameters: { ...parameters, histogramPoolBytes: 0 } });
      const all = await boost({ train, objective, seed: 1, parameters });
      for (const part of ['feature', 'low', 'width', 'left', 'right'] as const) {
        expect(few.model.ensemble[part]).toEqual(all.model.ensemble[part]);
      }
    }
  });

  // Weights over ten powers of ten: with fewer, sums of f32 in f64 are exact and subtraction leaves nothing.
  it.each([
    ['squared', [3, 11, 16, 31, 55]],
    ['logistic', [47, 50, 53, 57]],
  ] as const)('grows float trees of the same shape where rounding is left in empty bins: %s', async (kind, seeds) => {
    for (const seed of seeds) {
      const train = mixedRows(seed, 400, { kind });
      train.weights = Float64Array.from({ length: 400 }, (_, i) => 10 ** (5 * Math.sin(i * 7.3 + seed)));
      const parameters = { rounds: 3, minDataInLeaf: 5, maxLeaves: 40, histogram: 'float' as const };
      const few = await boost({
        train,
        objective: { kind },
        seed: 1,
        parameters: { ...parameters, histogramPoolBytes: 0 },
      });
      const all = await boost({ train, objective: { kind }, seed: 1, parameters });
      for (const part of ['feature', 'low', 'width', 'left', 'right'] as const) {
        expect(few.model.ensemble[part], `${part}, seed ${seed}`).toEqual(all.model.ensemble[part]);
      }
    }
  });

  it('serves a sample of rows and features as well', async () => {
    const train = mixedRows(8, rows, { kind: 'squared' });
    const parameters = {
      rounds: 5,
      rowFraction: 0.6,
      featureFraction: 0.5,
      histogram: 'packed' as const,
      minDataInLeaf: 1,
    };
    const fits = [0, 2 ** 29].map((histogramPoolBytes) =>
      boost({ train, objective: { kind: 'squared' }, seed: 1, parameters: { ...parameters, histogramPoolBytes } }),
    );
    const [few, all] = await Promise.all(fits);
    expect(bytesOfTrees(few!.model)).toEqual(bytesOfTrees(all!.model));
  });
});
