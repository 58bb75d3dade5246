import { describe, expect, it } from 'vitest';
import { encodeModel } from '../model/encode.ts';
import { createPredictor } from '../model/predictor.ts';
import { drawFrom } from '../model/testing.ts';
import { boost } from './boost.ts';
import { createWatch } from './stopping.ts';
import { objectives } from './testing/cases.ts';
import { bytesOfTrees, logLoss, mixedFeatures, mixedRows, splitRows } from './testing/data.ts';
import type { BoostInput, BoostParameters, EarlyStopping, Objective } from './types.ts';

const logistic: Objective = { kind: 'logistic' };
const [train, validation] = splitRows(mixedRows(1, 900, logistic), 600);

/** A score that is made up: the n-th look gets the n-th number. */
function scripted(scores: number[], more: Partial<EarlyStopping> = {}): EarlyStopping & { seen: Float64Array[] } {
  const seen: Float64Array[] = [];
  return {
    seen,
    higherIsBetter: true,
    patience: () => 3,
    score: (predictions) => {
      seen.push(predictions.slice());
      return scores[seen.length - 1] ?? 0;
    },
    ...more,
  };
}

function stopped(
  earlyStopping: EarlyStopping,
  parameters: Partial<BoostParameters> = {},
  more: Partial<BoostInput> = {},
) {
  return boost({
    ...{ train, validation, objective: logistic, earlyStopping, seed: 1 },
    parameters: { rounds: 40, ...parameters },
    ...more,
  });
}

describe('early stopping', () => {
  it('keeps the best round and ends when its patience does', async () => {
    const stopping = scripted([0.1, 0.5, 0.4, 0.6, 0.55, 0.5, 0.59, 0.9]);
    const { model, rounds, grownRounds, curve, truncated } = await stopped(stopping);
    expect({ rounds, grownRounds, truncated }).toEqual({ rounds: 4, grownRounds: 7, truncated: false });
    expect(curve.map(([, score]) => score)).toEqual([0.1, 0.5, 0.4, 0.6, 0.55, 0.5, 0.59]);
    expect(curve.map(([round]) => round)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const plain = await boost({ train, objective: logistic, parameters: { rounds: 4 }, seed: 1 });
    expect(bytesOfTrees(model)).toEqual(bytesOfTrees(plain.model));
  });

  it('minimises where lower is better', async () => {
    const stopping = scripted([5, 3, 1, 2, 4, 4], { higherIsBetter: false });
    expect((await stopped(stopping)).rounds).toBe(3);
  });

  it('lets the tie-break decide between equal and between undefined scores', async () => {
    const ties = [9, 8, 7, 9, 9, 9];
    const flat = scripted([1, 1, 1, 1, 1, 1]);
    expect((await stopped({ ...flat, tieBreak: () => ties[flat.seen.length - 1]! })).rounds).toBe(3);
    const without = scripted([1, 1, 1, 1, 1, 1]);
    expect((await stopped(without)).rounds).toBe(1);
    const undefinedScores = scripted(new Array(6).fill(NaN));
    const { rounds, curve } = await stopped({
      ...undefinedScores,
      tieBreak: () => ties[undefinedScores.seen.length - 1]!,
    });
    expect([rounds, curve]).toEqual([3, []]);
  });

  it('takes a score over none, and ignores what is within rounding', async () => {
    expect((await stopped(scripted([NaN, 0.5, NaN, 0.5 + 1e-12, 0.5 + 2e-12, 0.5]))).rounds).toBe(2);
  });

  it('looks at every round where looking is cheap, and tells the caller', async () => {
    const told: number[] = [];
    const stopping = scripted(
      Array.from({ length: 20 }, (_, i) => i),
      { onScore: (round) => told.push(round) },
    );
    await stopped(stopping, { rounds: 20 });
    expect(told).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('looks after each of the first ten rounds, then as often as asked, and at the end', async () => {
    const stopping = scripted(
      Array.from({ length: 40 }, (_, i) => i),
      { every: 7 },
    );
    const { curve } = await stopped(stopping, { rounds: 30 });
    expect(curve.map(([round]) => round)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 21, 28, 30]);
  });

  it('is refused without rows to watch', async () => {
    const code = 'INVALID_PARAMETER';
    await expect(stopped(scripted([1]), {}, { validation: null })).rejects.toMatchObject({ code });
    const none = { features: [], rows: 0, target: new Float64Array(0) };
    await expect(stopped(scripted([1]), {}, { validation: none })).rejects.toMatchObject({ code });
  });

  it('takes ties within rounding as ties', () => {
    const ties = [0.5, 0.5 - 1e-12, 0.5 - 1e-6];
    let looks = 0;
    const watch = createWatch({ higherIsBetter: true, score: () => 1, tieBreak: () => ties[looks++]! }, 100, 10, 0.1);
    const best = ties.map((_, i) => {
      watch.see(i + 1, new Float64Array(0));
      return watch.bestRound;
    });
    expect(best).toEqual([1, 1, 3]);
  });

  it('has more patience on few rows and with slow learners', () => {
    const stopping = { higherIsBetter: true, score: () => 0 };
    const endOf = (rows: number, rate: number) => {
      const watch = createWatch(stopping, rows, 10, rate);
      let round = 0;
      while (!watch.see(++round, new Float64Array(0))) expect(round).toBeLessThan(1_000);
      return round - watch.bestRound;
    };
    expect(endOf(5_000, 0.05)).toBe(300);
    expect(endOf(5_000, 0.01)).toBe(300);
    expect(endOf(5_000, 0.1)).toBe(150);
    expect(endOf(100_000, 0.05)).toBe(30);
    expect(endOf(1_000_000, 0.5)).toBe(21);
  });

  it('grows its patience with the best round', () => {
    let best = 0;
    const watch = createWatch({ higherIsBetter: true, score: () => best }, 1_000_000, 10, 0.05);
    for (let round = 1; round <= 1_000; round++) {
      best = round;
      expect(watch.see(round, new Float64Array(0))).toBe(false);
    }
    let round = 1_001;
    while (!watch.see(round, new Float64Array(0))) round++;
    expect(round).toBe(1_320);
  });
});

describe.each([...objectives, { kind: 'softmax', classes: 5, trees: 'shared' } as const])(
  'while %o is learnt',
  (objective) => {
    it('the validation rows are predicted to the bit as the model that is kept does', async () => {
      const [ownTrain, ownValidation] = splitRows(mixedRows(4, 700, objective), 450);
      // rows as they come later: other values, codes that training did not have
      ownValidation.features = mixedFeatures(drawFrom(77), 250).map((feature) =>
        feature.kind === 'categorical'
          ? {
              ...feature,
              codes: feature.codes.map((code, row) => (row % 9 === 0 ? code + 10 : code)),
              levels: feature.levels,
            }
          : feature,
      );
      let best: Float64Array | undefined;
      let looks = 0;
      const stopping: EarlyStopping = {
        higherIsBetter: true,
        score(predictions) {
          looks++;
          if (looks <= 6) best = predictions.slice();
          return looks <= 6 ? looks : 0;
        },
        patience: () => 4,
      };
      const parameters = { rounds: 20, minDataInLeaf: 5, rowFraction: 0.8 };
      const { model, rounds } = await boost({
        ...{ train: ownTrain, validation: ownValidation, objective, earlyStopping: stopping, parameters, seed: 1 },
        binningOptions: { maxBins: 40 },
      });
      expect(rounds).toBe(6);
      expect(createPredictor(model).predict(ownValidation.features, ownValidation.rows)).toEqual(best);
    });

    it('the training rows get the scores that the model gives them', async () => {
      // the rows that are watched are those of the training, in and out of the sample alike
      const own = mixedRows(5, 500, objective);
      let last: Float64Array | undefined;
      const stopping: EarlyStopping = {
        higherIsBetter: true,
        score: (predictions) => {
          last = predictions.slice();
          return 0;
        },
        tieBreak: () => -looksOf(),
      };
      let looks = 0;
      const looksOf = () => looks++;
      const parameters = { rounds: 8, minDataInLeaf: 5, rowFraction: 0.5 };
      const { model, rounds } = await boost({
        ...{ train: own, validation: own, objective, earlyStopping: stopping, parameters, seed: 1 },
      });
      expect(rounds).toBe(8);
      expect(createPredictor(model).predict(own.features, own.rows)).toEqual(last);
    });
  },
);

describe('a deadline', () => {
  /** A clock that a number of looks at it make strike. */
  function clock(strikes: number) {
    let looks = 0;
    return { now: () => (++looks > strikes ? 1e9 : 0), deadlineMs: 1e6 };
  }

  it('keeps whole rounds only', async () => {
    const objective = { kind: 'softmax', classes: 3 } as const;
    const own = mixedRows(6, 300, objective);
    const whole = await boost({ train: own, objective, parameters: { rounds: 10 }, seed: 1 });
    let partial = 0;
    for (let strikes = 2; strikes < 25; strikes++) {
      const { model, rounds, truncated } = await boost({
        ...{ train: own, objective, parameters: { rounds: 10 }, seed: 1 },
        ...clock(strikes),
      });
      expect(truncated).toBe(true);
      expect(model.ensemble.trees).toBe(rounds * 3);
      expect(rounds).toBeLessThan(10);
      if (rounds > 0) partial++;
      const first = whole.model.ensemble.value.subarray(0, model.ensemble.value.length);
      expect(model.ensemble.value).toEqual(first);
    }
    expect(partial).toBeGreaterThan(10);
  });

  it('that passed before the start leaves the constant model', async () => {
    const { model, rounds, truncated } = await boost({
      ...{ train, objective: logistic, seed: 1 },
      ...{ now: () => 5, deadlineMs: 4 },
    });
    expect([rounds, truncated, model.ensemble.trees]).toEqual([0, true, 0]);
    expect(createPredictor(model).predict(train.features, train.rows)[1]).toBeCloseTo(
      train.target.reduce((sum, y) => sum + y, 0) / train.rows,
      12,
    );
  });

  it('keeps the best round that was seen', async () => {
    const result = await stopped(scripted([1, 3, 2, 2, 2, 2, 2], { patience: () => 99 }), {}, clock(14));
    expect(result.truncated).toBe(true);
    expect(result.grownRounds).toBeGreaterThan(2);
    expect(result.rounds).toBe(2);
  });

  it('raises the learning rate when asked to and too few rounds are left, and only then', async () => {
    let ms = 0;
    const tick = (deadlineMs: number, adaptToDeadline: boolean) => {
      ms = 0;
      // an hour-glass that runs by the looks at it
      const now = () => (ms += 1);
      const parameters = { rounds: 200, learningRate: 0.02, maxLeaves: 4 };
      return boost({ train, objective: logistic, parameters, seed: 1, now, deadlineMs, adaptToDeadline });
    };
    const hurried = await tick(150, true);
    expect(hurried.learningRate).toBeGreaterThan(0.1);
    expect(hurried.learningRate).toBeLessThanOrEqual(0.2);
    expect((await tick(150, false)).learningRate).toBe(0.02);
    expect((await tick(1e9, true)).learningRate).toBe(0.02);
    const plain = await tick(1e9, false);
    const before = plain.model.ensemble.leafStart[10]!;
    expect(hurried.model.ensemble.value.subarray(0, before)).toEqual(plain.model.ensemble.value.subarray(0, before));
    const lossOf = ({ model }: Awaited<ReturnType<typeof tick>>) =>
      logLoss(train.target, createPredictor(model).predict(train.features, train.rows));
    expect(lossOf(hurried)).toBeLessThan(lossOf(await tick(150, false)));
  });

  it.each([150, 23, 9])('is repeated byte by byte without a clock when it came after %i looks', async (deadlineMs) => {
    let ms = 0;
    const input = {
      ...{ train, validation, objective: logistic, seed: 3 },
      parameters: { rounds: 200, learningRate: 0.02, maxLeaves: 4, rowFraction: 0.7 },
      earlyStopping: {
        score: (predictions: Float64Array) => logLoss(validation.target, predictions),
        higherIsBetter: false,
      },
    };
    const hurried = await boost({ ...input, now: () => (ms += 1), deadlineMs, adaptToDeadline: true });
    expect(hurried.truncated).toBe(true);
    const again = await boost({ ...input, stopAfter: hurried.rounds, adaptedLearningRate: hurried.learningRate });
    expect(again).toMatchObject({ truncated: true, rounds: hurried.rounds });
    expect(encodeModel(again.model)).toEqual(encodeModel(hurried.model));
  });
});

describe('an abort', () => {
  it('throws its reason, before the start and on the way', async () => {
    const reason = new Error('nobody waits for it any more');
    await expect(stopped(scripted([1]), {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const stopping = scripted([], {
      score: () => {
        controller.abort(reason);
        return 1;
      },
    });
    await expect(stopped(stopping, {}, { signal: controller.signal })).rejects.toBe(reason);
  });

  it('arrives before the first tree, after the bins were learnt', async () => {
    const controller = new AbortController();
    const reason = new Error('too late');
    let ms = 0;
    const fit = boost({
      // a clock so fast that every look lets the event loop run
      ...{ train, objective: logistic, parameters: { rounds: 0 }, seed: 1, now: () => (ms += 1_000) },
      signal: controller.signal,
    });
    setImmediate(() => controller.abort(reason));
    await expect(fit).rejects.toBe(reason);
  });

  it('arrives from a timer although the fit does not wait for anything', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 20);
    const fit = boost({ train, objective: logistic, parameters: { rounds: 1e6 }, seed: 1, signal: controller.signal });
    await expect(fit).rejects.toThrow('enough');
  });
});

describe('a loss that grows beyond numbers', () => {
  it('ends the fit with the rounds before it', async () => {
    const rows = 400;
    const values = Float64Array.from({ length: rows }, (_, i) => i % 40);
    const target = Float64Array.from(values, (value, i) => (i % 7 === 0 ? 1e6 : value));
    const result = await boost({
      train: { features: [{ kind: 'numeric', values }], rows, target },
      objective: { kind: 'poisson' },
      parameters: { rounds: 400, learningRate: 50, minDataInLeaf: 1 },
      seed: 1,
    });
    expect(result.rounds).toBeGreaterThan(0);
    expect(result.rounds).toBeLessThan(400);
    const predictor = createPredictor(result.model);
    expect(predictor.predict([{ kind: 'numeric', values }], rows).every(Number.isFinite)).toBe(true);
  });
});
