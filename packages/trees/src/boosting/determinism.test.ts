import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { decodeModel } from '../model/decode.ts';
import { encodeModel } from '../model/encode.ts';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom, randomRows, rowOf } from '../model/testing.ts';
import { boost } from './boost.ts';
import { objectives } from './testing/cases.ts';
import { bytesOfTrees, digest, mixedRows } from './testing/data.ts';
import { type Errand, runElsewhere } from './testing/processes.ts';
import type { BoostParameters, Objective } from './types.ts';

const directory = mkdtempSync(join(tmpdir(), 'trees-'));
afterAll(() => rmSync(directory, { recursive: true }));

const sampled: Partial<BoostParameters> = { rowFraction: 0.7, featureFraction: 0.6, featureFractionByNode: 0.7 };
const fits: Extract<Errand, { kind: 'fit' }>['fits'] = [
  ...objectives.map((objective) => ({ objective, parameters: { rounds: 6 }, seed: 3 })),
  { objective: { kind: 'logistic' }, parameters: { rounds: 6, ...sampled }, seed: 4 },
  { objective: { kind: 'squared' }, parameters: { rounds: 6, histogram: 'float', extraRandom: true }, seed: 5 },
  { objective: { kind: 'softmax', classes: 3 }, parameters: { rounds: 4, goss: { top: 0.2, other: 0.2 } }, seed: -6 },
  { objective: { kind: 'softmax', classes: 8, trees: 'shared' }, parameters: { rounds: 4, ...sampled }, seed: 7 },
];

function fitHere({ objective, parameters, seed }: (typeof fits)[number]) {
  return boost({ train: mixedRows(1, 800, objective), objective, parameters, seed });
}

describe('the same seed', () => {
  it('gives the same bytes of model, in this process and in another', async () => {
    const elsewhere = runElsewhere({ kind: 'fit', fits });
    const here: string[] = [];
    for (const one of fits) {
      const bytes = encodeModel((await fitHere(one)).model);
      expect(encodeModel((await fitHere(one)).model)).toEqual(bytes);
      here.push(digest(bytes));
    }
    expect(new Set(here).size).toBe(fits.length);
    expect(await elsewhere).toEqual(here);
  });

  it('gives the same model whatever was fitted at the same time', async () => {
    const alone = await fitHere(fits[8]!);
    const together = await Promise.all([fits[8]!, fits[9]!, fits[8]!].map(fitHere));
    expect(encodeModel(together[0]!.model)).toEqual(encodeModel(alone.model));
    expect(encodeModel(together[2]!.model)).toEqual(encodeModel(alone.model));
  });
});

describe('another seed', () => {
  const objective: Objective = { kind: 'logistic' };
  const parametersOf: Record<string, Partial<BoostParameters>> = {
    rowFraction: { rowFraction: 0.5 },
    featureFraction: { featureFraction: 0.5 },
    featureFractionByNode: { featureFractionByNode: 0.5 },
    goss: { goss: { top: 0.1, other: 0.1 } },
    extraRandom: { extraRandom: true },
  };

  it.each(Object.keys(parametersOf))('changes the trees with %s', async (name) => {
    const parameters = { rounds: 5, ...parametersOf[name]! };
    const [one, two] = await Promise.all([1, 2].map((seed) => fitHere({ objective, parameters, seed })));
    expect(bytesOfTrees(one!.model)).not.toEqual(bytesOfTrees(two!.model));
  });

  it('changes nothing where nothing is drawn', async () => {
    const [one, two] = await Promise.all([1, 2].map((seed) => fitHere({ objective, parameters: { rounds: 5 }, seed })));
    expect(bytesOfTrees(one!.model)).toEqual(bytesOfTrees(two!.model));
  });
});

describe('predictions on edge rows', () => {
  const asked: Objective[] = [
    { kind: 'squared' },
    { kind: 'tweedie', power: 1.5 },
    { kind: 'logistic' },
    { kind: 'softmax', classes: 4 },
    { kind: 'softmax', classes: 4, trees: 'shared' },
  ];
  const rows = 333;

  async function fitToFile(objective: Objective, index: number) {
    const train = mixedRows(2, 900, objective);
    const { model } = await boost({ train, objective, seed: 1, parameters: { rounds: 12, minDataInLeaf: 3 } });
    const file = join(directory, `${index}.model`);
    writeFileSync(file, encodeModel(model));
    return { model, file };
  }

  it('are the same in a batch, row by row, from a file and in another process', async () => {
    const fitted = await Promise.all(asked.map(fitToFile));
    const elsewhere = runElsewhere({ kind: 'predict', files: fitted.map(({ file }) => file), rows, rowsSeed: 9 });
    const here = fitted.map(({ model }) => {
      // missing, infinite, huge, tiny, -0, between and on bounds, unseen and missing categories
      const features = randomRows(drawFrom(9), model.binning, rows);
      const predictor = createPredictor(model);
      const batch = predictor.predict(features, rows);
      expect(batch.every(Number.isFinite)).toBe(true);
      expect(new Set(batch).size).toBeGreaterThan(20);
      const single = new Float64Array(predictor.width);
      for (let row = 0; row < rows; row++) {
        predictor.predictRow(rowOf(features, row), single);
        expect(single).toEqual(batch.slice(row * predictor.width, (row + 1) * predictor.width));
      }
      const reloaded = createPredictor(decodeModel(encodeModel(model)));
      expect(reloaded.predict(features, rows)).toEqual(batch);
      return digest(batch);
    });
    expect(await elsewhere).toEqual(here);
  });
});
