import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TreesError, type TreesErrorCode } from '../errors.ts';
import type { FeatureInput, TreeModel } from '../types.ts';
import { createEnsembleBuilder } from './builder.ts';
import { decodeModel } from './decode.ts';
import { encodedModelBytes, encodeModel, predictedModelBytes } from './encode.ts';
import { createPredictor } from './predictor.ts';
import { drawFrom, randomModel, randomRows, rowOf } from './testing.ts';

describe('encodeModel and decodeModel', () => {
  it('give back an equal model, in as many bytes as foretold, and equal bytes again', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(1, 4, 60),
        fc.constantFrom(0, 0.5),
        (seed, trees, leaves, categorical) => {
          const draw = drawFrom(seed);
          const plan = { features: 6, trees, outputs: 3, leafWidth: seed % 2 ? 3 : 1, leaves };
          const model = randomModel(draw, { ...plan, categorical });
          const bytes = encodeModel(model);
          expect(encodedModelBytes(model)).toBe(bytes.length);
          const kinds = model.binning.filter((feature) => feature.kind === 'categorical');
          const levels = kinds.reduce((sum, feature) => sum + feature.binOfLevel.length, 0);
          const predicted = predictedModelBytes({ ...plan, categorical: kinds.length, levels });
          expect(predicted).toBeGreaterThanOrEqual(bytes.length);
          const unaligned = new Uint8Array(bytes.length + 3);
          unaligned.set(bytes, 3);
          const decoded = decodeModel(unaligned.subarray(3));
          expect(decoded).toEqual(model);
          expect(encodeModel(decoded)).toEqual(bytes);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('need at most what was predicted before fitting', () => {
    for (const [trees, leaves, leafWidth] of [
      [0, 1, 1],
      [1, 1, 4],
      [50, 31, 1],
      [10, 200, 4],
    ] as const) {
      const plan = { trees, leaves, leafWidth, outputs: 4, features: 12 };
      const model = randomModel(drawFrom(trees), { ...plan, categorical: 0 });
      const predicted = predictedModelBytes({ ...plan, aboutBytes: 200 });
      expect(encodedModelBytes(model)).toBeLessThanOrEqual(predicted);
      expect(predicted).toBeLessThan(2.5 * encodedModelBytes(model) + 12 * 255 * 8 + 1_000);
    }
  });

  it('write the facts with their keys in order and refuse what is no JSON', () => {
    const model = smallModel();
    const turned = { ...model, about: Object.fromEntries(Object.entries(model.about).reverse()) };
    expect(encodeModel(turned)).toEqual(encodeModel(model));
    for (const wrong of [Number.NaN, () => 1, new Date(0), new Float64Array(1), 1n]) {
      expectCode(() => encodeModel({ ...model, about: { wrong } }), 'INVALID_PARAMETER');
    }
    const left = { ...model.ensemble, left: new Int32Array(1) };
    expectCode(() => encodeModel({ ...model, ensemble: left }), 'INVALID_DATA');
  });
});

describe('a small model written by hand', () => {
  // Fixed: files and predictions must be the same in every process, on every machine and in later versions.
  it('has the bytes it always had', () => {
    const bytes = encodeModel(smallModel());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(goldenHash);
  });

  it('predicts what it always predicted for values at every edge, one row or many', () => {
    const numbers = [Number.NaN, -Infinity, Infinity, -0, 0, 1, 1.0000000000000002, 1e308, -1e308];
    const codes = [-1, 0, 0, 2, 3, 1_000, -2_147_483_648, 2_147_483_647, 0];
    const features: FeatureInput[] = [
      { kind: 'numeric', values: Float64Array.from(numbers) },
      { kind: 'categorical', codes: Int32Array.from(codes), levels: 3 },
    ];
    for (const model of [smallModel(), decodeModel(encodeModel(smallModel()))]) {
      const predictor = createPredictor(model);
      expect(Array.from(predictor.raw(features, 9))).toEqual(goldenRaw);
      const predicted = predictor.predict(features, 9);
      expect(Array.from(predicted)).toEqual(goldenRaw.flatMap((raw) => goldenProbabilities.get(raw)));
      const single = new Float64Array(2);
      for (let row = 0; row < 9; row++) {
        predictor.predictRow(rowOf(features, row), single);
        expect(single).toEqual(predicted.slice(row * 2, row * 2 + 2));
      }
      // A single row says with NaN that a category is missing; a value that is no code is an unseen one.
      predictor.rawRow(Float64Array.of(Number.NaN, Number.NaN), single.subarray(0, 1));
      expect(single[0]).toBe(goldenRaw[0]);
      predictor.rawRow(Float64Array.of(Infinity, 0.5), single.subarray(0, 1));
      const unseen = single[0];
      predictor.rawRow(Float64Array.of(Infinity, 1_000), single.subarray(0, 1));
      expect(unseen).toBe(single[0]);
    }
  });
});

describe('decodeModel', () => {
  it('refuses bytes that are not all there or not the same', () => {
    const bytes = encodeModel(smallModel());
    expectCode(() => decodeModel(new Uint8Array(0)), 'MODEL_CORRUPT');
    expectCode(() => decodeModel(new Uint8Array(500)), 'MODEL_CORRUPT');
    for (let length = 0; length < bytes.length; length++) {
      expectCode(() => decodeModel(bytes.subarray(0, length)), 'MODEL_CORRUPT');
    }
    expectCode(() => decodeModel(Uint8Array.from([...bytes, 0])), 'MODEL_CORRUPT');
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 1 << (at & 7);
      expectCode(() => decodeModel(changed), at >= 8 && at < 12 ? 'MODEL_VERSION' : 'MODEL_CORRUPT');
    }
  });

  it('refuses indexes out of range, loops and shared nodes although the checksum is right', () => {
    const wrongs: [string, (model: Writable) => void][] = [
      ['does not have', ({ ensemble }) => ensemble.feature.fill(2)],
      ['does not have', ({ ensemble }) => ensemble.set.fill(1)],
      ['does not have', ({ ensemble }) => ensemble.set.fill(-2)],
      ['no later node', ({ ensemble }) => ensemble.left.fill(0)],
      ['no later node', ({ ensemble }) => ensemble.left.fill(7)],
      ['no later node', ({ ensemble }) => ensemble.right.fill(~9)],
      ['two splits lead', ({ ensemble }) => ensemble.left.set(ensemble.right)],
      ['not finite', ({ ensemble }) => ensemble.value.fill(Number.NaN)],
      ['not finite', ({ ensemble }) => ensemble.cover.fill(-1)],
      ['finite base', ({ ensemble }) => ensemble.base.fill(Infinity)],
      ['number of leaves', ({ ensemble }) => ensemble.nodeStart.set([0, 0, 2])],
      ['number of leaves', ({ ensemble }) => ensemble.nodeStart.set([0, 9, 2])],
      ['table of trees', ({ ensemble }) => ensemble.leafStart.fill(1)],
      ['do not rise', ({ binning }) => numeric(binning).fill(Infinity)],
      ['do not rise', ({ binning }) => numeric(binning).fill(Number.NaN, 0, 1)],
      ['infinity', ({ binning }) => numeric(binning).fill(5, 1)],
      ['leave out a level', ({ binning }) => categorical(binning).binOfLevel.fill(200)],
      ['unseen', ({ binning }) => Object.assign(categorical(binning), { unseenBin: 200 })],
      ['1 and 256', ({ binning }) => Object.assign(categorical(binning), { bins: 300 })],
    ];
    for (const [words, spoil] of wrongs) {
      const model = smallModel();
      spoil(model);
      expect(() => decodeModel(encodeModel(model))).toThrow(words);
      expectCode(() => decodeModel(encodeModel(model)), 'MODEL_CORRUPT');
    }
    const link = { ...randomModel(drawFrom(1), { ...tiny, outputs: 2 }), link: 'logistic' as const };
    expectCode(() => decodeModel(encodeModel(link)), 'MODEL_CORRUPT');
  });

  it('either refuses bytes that somebody changed and signed again, or gives a model that predicts', () => {
    const draw = drawFrom(12);
    const original = encodeModel(randomModel(draw, { ...tiny, trees: 4, leaves: 12 }));
    let refused = 0;
    for (let run = 0; run < 3_000; run++) {
      const bytes = original.slice();
      for (let changes = 1 + Math.floor(draw() * 3); changes > 0; changes--) {
        bytes[12 + Math.floor(draw() * (bytes.length - 16))] = Math.floor(draw() * 256);
      }
      let model: TreeModel;
      try {
        model = decodeModel(sign(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(TreesError);
        refused++;
        continue;
      }
      if (run % 10 > 0) continue;
      const rows = randomRows(draw, model.binning, 8);
      const predictor = createPredictor(model);
      expect(predictor.predict(rows, 8).every(Number.isFinite)).toBe(true);
      expect(predictor.contributions(rows, 8).every(Number.isFinite)).toBe(true);
    }
    expect(refused).toBeGreaterThan(500);
  });

  it('reads no header that is not one', () => {
    const bytes = encodeModel(smallModel());
    const text = new TextDecoder().decode(bytes.subarray(24, 24 + new DataView(bytes.buffer).getUint32(12, true)));
    for (const [from, to] of [
      ['{', '['],
      ['"trees":2', '"trees":3'],
      ['"trees":2', '"trees":-'],
      ['"trees":2', '"treez":2'],
      ['"nodes":2', '"nodes":9'],
      ['"boosting"', '"bootsing"'],
      ['"link":"logistic"', '"link":"logistik"'],
      ['"sizes"', '"sizez"'],
    ] as const) {
      expect(text).toContain(from);
      const changed = bytes.slice();
      changed.set(new TextEncoder().encode(text.replace(from, to)), 24);
      expectCode(() => decodeModel(sign(changed)), 'MODEL_CORRUPT');
    }
  });
});

const goldenHash = '63c0924820e12c16c1b371182695dd75ef0cb81c4189c22a08ea769da6c00132';
// 0.25 (base) + 3, 0.125 or -1.5 (first tree) + 0.1 as a 32-bit float (second tree)
const missing = 3.350000001490116;
const low = -1.1499999985098839;
const inSet = 0.4750000014901161;
const goldenProbabilities = new Map([
  [missing, [0.03389516411038238, 0.9661048358896176]],
  [low, [0.7595109166769353, 0.2404890833230647]],
  [inSet, [0.383433495126399, 0.616566504873601]],
]);
const goldenRaw = [missing, low, inSet, low, low, low, missing, missing, low];

const tiny = { features: 3, trees: 1, outputs: 1, leafWidth: 1, leaves: 4 };

type Writable = ReturnType<typeof smallModel>;

/** Numbers with a missing direction, categories with a set, and a tree that is a single leaf. */
function smallModel() {
  const builder = createEnsembleBuilder({ outputs: 1, leafWidth: 1, base: [0.25] });
  builder.addTree({
    nodes: 2,
    leaves: 3,
    feature: Uint16Array.of(0, 1),
    low: Uint8Array.of(1, 0),
    width: Uint8Array.of(0, 0),
    set: Int32Array.of(-1, 0),
    sets: Uint32Array.of(0b0100, 0, 0, 0, 0, 0, 0, 0),
    left: Int32Array.of(~0, ~1),
    right: Int32Array.of(1, ~2),
    gain: Float32Array.of(4, 2),
    cover: Float32Array.of(10, 6),
    leafCover: Float32Array.of(4, 2, 4),
    value: Float32Array.of(-1.5, 0.125, 3),
  });
  const none = new Uint16Array(0);
  const nothing = {
    low: new Uint8Array(0),
    width: new Uint8Array(0),
    set: new Int32Array(0),
    sets: new Uint32Array(0),
  };
  const numbers = new Float32Array(0);
  builder.addTree({
    ...nothing,
    nodes: 0,
    leaves: 1,
    feature: none,
    left: new Int32Array(0),
    right: new Int32Array(0),
    gain: numbers,
    cover: numbers,
    leafCover: Float32Array.of(10),
    value: Float32Array.of(0.1),
  });
  return {
    kind: 'boosting',
    binning: [
      { kind: 'numeric', upper: Float64Array.of(1, Infinity) },
      { kind: 'categorical', binOfLevel: Uint8Array.of(2, 1, 3), bins: 4, unseenBin: 3 },
    ],
    ensemble: builder.build(),
    link: 'logistic',
    about: { objective: 'logistic', seed: 7, parameters: { rounds: 2, note: 'größer', list: [1, null, true] } },
  } satisfies TreeModel;
}

function numeric(binning: Writable['binning']): Float64Array {
  return (binning[0] as { upper: Float64Array }).upper;
}

function categorical(binning: Writable['binning']): { binOfLevel: Uint8Array } {
  return binning[1] as { binOfLevel: Uint8Array };
}

/** Puts the right checksum under changed bytes. */
function sign(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 4;
  new DataView(bytes.buffer).setUint32(end, crc32(bytes.subarray(0, end)), true);
  return bytes;
}

function expectCode(run: () => unknown, code: TreesErrorCode): void {
  expect(run).toThrow(expect.objectContaining({ code }));
}
