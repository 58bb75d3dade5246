import { isNumeric } from '@laurel/tabular';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTensors } from '../../backend/tfjs.ts';
import type { Design } from '../../features/design.ts';
import { NotANumber } from '../../trial/score.ts';
import { family as mlp } from '../mlp/model.ts';
import { family as realmlp } from '../realmlp/model.ts';
import { family as tabm } from '../tabm/model.ts';
import { fitInput, type Synthetic, synthetic } from '../testing/synthetic.ts';
import { effortOf } from './effort.ts';
import { predict } from './evaluate.ts';
import { fitNetworks } from './fit.ts';
import { fitOutput, predictionsOf } from './output.ts';
import { type Recipe, realmlpRates, realmlpScaling } from './recipe.ts';
import { productsOf, type Structure, shapesOf, type Values } from './structure.ts';

beforeAll(() => loadTensors());

const structure: Structure = {
  ...{ inputs: 10, embedded: 10, copies: 1, widths: [256, 256, 256], outputs: 1 },
  ...{ activation: 'mish', parametric: true },
};
const recipe: Recipe = {
  ...{ widths: structure.widths, activation: 'mish', parametric: true, embeds: true, waveWidth: 0.1, copies: 1 },
  ...{
    members: 4,
    scaling: realmlpScaling,
    start: 'data',
    rates: realmlpRates,
    learningRate: 0.1,
    schedule: 'coslog4',
  },
  ...{ beta2: 0.95, dropout: 0.15, weightDecay: 0.02, labelSmoothing: 0, epochs: 128 },
};

function designOf(rows: number): Design {
  return { rows, width: 0, dense: new Float64Array(), hotColumns: 0, hotWidth: 0, hot: new Int32Array() };
}

describe('a fit without a clock', () => {
  const effortOn = (rows: number, decided?: Record<string, number>) => {
    const input = fitInput(synthetic('regression', 10, 1), {}, decided ? { decided } : {});
    const data = {
      design: designOf(rows),
      lossSlope: () => {},
      toPredictions: () => new Float64Array(),
      validation: null,
    };
    return effortOf(input, structure, {}, recipe, data);
  };

  it.each([1000, 20_000, 1_000_000])('does the same again of %d rows, where nothing was decided by a clock', (rows) => {
    expect(effortOn(rows, {})).toEqual(effortOn(rows));
    // nor does what features were made by the clock tell it anything
    expect(effortOn(rows, { transformers: 2 })).toEqual(effortOn(rows));
  });

  it('has fewer networks and epochs, then narrower ones, where there are more rows; never more than it may take', () => {
    expect(effortOn(1000)).toMatchObject({ members: 1, widths: structure.widths });
    expect(effortOn(10_000)).toMatchObject({ epochs: 16, widths: structure.widths });
    for (const rows of [100_000, 1_000_000, 10_000_000]) {
      const { widths, epochs, members } = effortOn(rows);
      expect(Math.max(...widths)).toBeLessThan(256);
      const operations = 6 * productsOf({ ...structure, widths }) * rows * epochs * members;
      expect(operations).toBeLessThan(epochs > 1 ? 2.1e11 : 3e11);
    }
  });
});

describe('networks', () => {
  it('fail, and do not come back as they were at the start, where training diverges', async () => {
    const wild = { ...recipe, widths: [8], members: 1, epochs: 3, learningRate: 1e37 };
    for (const task of ['binary', 'regression'] as const) {
      const data = synthetic(task, 200, 3);
      for (const validation of [null, fitInput(data, {}).validation]) {
        await expect(fitNetworks(fitInput(data, {}, { validation }), wild)).rejects.toThrow(NotANumber);
      }
    }
  });

  it('divide logits by the temperature they are given where there are no validation rows', async () => {
    const data = synthetic('binary', 80, 4);
    const input = fitInput(data, { epochs: 3, width: 32, layers: 1 }, { validation: null });
    const [plain, tempered] = [await mlp.fit(input), await mlp.fit({ ...input, temperature: 2 })];
    const odds = (p: Float64Array, i: number) => Math.log(p[2 * i + 1]! / p[2 * i]!);
    const [sharp, flat] = [plain.predict(data.features), tempered.predict(data.features)];
    for (const i of [0, 9, 50]) expect(odds(flat, i)).toBeCloseTo(odds(sharp, i) / 2, 8);
    expect(tempered.temperature).toBe(2);
  });

  it('answer with the mean of training where no column varies', async () => {
    const plain = synthetic('regression', 70, 5);
    const columns = plain.features.columns.map((column) =>
      isNumeric(column)
        ? { ...column, values: column.values.map(() => 3) }
        : { ...column, codes: column.codes.map(() => 0) },
    );
    const data: Synthetic = { ...plain, features: { ...plain.features, columns } };
    const input = fitInput(data, { epochs: 20, width: 64, copies: 4 });
    const mean = input.train.rows.reduce((sum, row) => sum + data.target[row]!, 0) / input.train.rows.length;
    for (const family of [mlp, realmlp, tabm]) {
      const predictions = (await family.fit(input)).predict(data.features);
      for (const value of predictions) expect(value).toBe(predictions[0]);
      expect(Math.abs(predictions[0]! - mean)).toBeLessThan(20);
    }
  });

  it('embed numbers beside a text of many words, and none where there are more than a hundred of them', async () => {
    const plain = synthetic('binary', 120, 6);
    const levels = Array.from({ length: 120 }, (_, i) =>
      Array.from({ length: 12 }, (_, k) => `w${(i * k) % 110}`).join(' '),
    );
    const remark = { name: 'remark', type: 'text' as const, codes: Int32Array.from(levels.keys()), levels };
    const data = { ...plain, features: { ...plain.features, columns: [remark, ...plain.features.columns] } };
    const model = await realmlp.fit(fitInput(data, { epochs: 1, width: 64 }));
    const header = model.state().header as { network: { structure: Structure } };
    expect(header.network.structure.inputs).toBeGreaterThan(105);
    // the numbers of the table and the statistics of the text
    const numbers = plain.features.columns.filter(({ type }) => type === 'numeric').length;
    expect(header.network.structure.embedded).toBeGreaterThanOrEqual(numbers);
    expect(header.network.structure.embedded).toBeLessThan(30);
    expect(model.predict(data.features).every(Number.isFinite)).toBe(true);
    const one = plain.features.columns.find(({ type }) => type === 'numeric')! as { values: Float64Array };
    const many = Array.from({ length: 101 }, (_, k) => ({
      ...{ name: `n${k}`, type: 'numeric' as const },
      values: one.values.map((value, row) => value + ((row * (k + 2)) % 17)),
    }));
    const wide = { ...plain, features: { ...plain.features, columns: many } };
    const other = (await realmlp.fit(fitInput(wide, { epochs: 1, width: 64 }))).state().header as typeof header;
    expect(other.network.structure.embedded).toBe(0);
  });

  it('predict by blocks of rows in which the copies are averaged, so that memory does not grow with copies times rows', () => {
    const rows = 3000;
    const many: Structure = {
      ...{ inputs: 2, embedded: 0, copies: 32, widths: [16], outputs: 3, activation: 'relu', parametric: false },
    };
    const values = Object.fromEntries(
      shapesOf(many).map(({ name, shape }) => {
        const size = shape.reduce((product, length) => product * length, 1);
        return [name, Float32Array.from({ length: size }, (_, i) => Math.sin(i))];
      }),
    ) as Values;
    const dense = Float64Array.from({ length: rows * 2 }, (_, i) => Math.cos(i));
    const design: Design = { ...designOf(rows), width: 2, dense };
    const output = fitOutput('multiclass', 3, new Float64Array(3));
    const seen: number[] = [];
    const shares = predict(many, values, design, (outputs, count) => {
      seen.push(outputs.length);
      return predictionsOf(output, outputs, count);
    });
    expect(Math.max(...seen)).toBeLessThan(0.5 * rows * 32 * 3);
    expect(seen.reduce((sum, length) => sum + length, 0)).toBe(rows * 32 * 3);
    const last = { ...designOf(1), width: 2, dense: dense.slice(-2) };
    expect(shares.slice(-3)).toEqual(predict(many, values, last, (outputs) => predictionsOf(output, outputs, 1)));
  });
});
