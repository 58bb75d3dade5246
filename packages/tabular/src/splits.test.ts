import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, deriveSeed } from './random.ts';
import { groupFolds, groupHoldout, holdoutSplit, stratifiedFolds, timeCut, timeFolds } from './splits.ts';

describe('random numbers', () => {
  it('are the same for the same seed on every machine', () => {
    const random = createRandom(42);
    const drawn = [random.uint32(), random.uint32(), random.next(), random.int(10)];
    const again = createRandom(42);
    expect([again.uint32(), again.uint32(), again.next(), again.int(10)]).toEqual(drawn);
    expect(createRandom(43).uint32()).not.toBe(drawn[0]);
    expect(drawn).toMatchInlineSnapshot(`
      [
        660444221,
        3652823732,
        0.018085883667157576,
        3,
      ]
    `);
  });

  it('are uniform, and normal where asked', () => {
    const random = createRandom(1);
    const counts = new Array(10).fill(0);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 50_000; i++) {
      counts[random.int(10)]++;
      const value = random.normal();
      sum += value;
      squares += value * value;
    }
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(500);
    expect(Math.abs(sum / 50_000)).toBeLessThan(0.02);
    expect(Math.abs(squares / 50_000 - 1)).toBeLessThan(0.03);
  });

  it('shuffles without losing anything', () => {
    const shuffled = createRandom(7).shuffle(Int32Array.from({ length: 100 }, (_, i) => i));
    expect([...shuffled]).not.toEqual([...shuffled].sort((a, b) => a - b));
    expect([...shuffled].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('derives a seed of its own for every use', () => {
    const seeds = [
      deriveSeed(1),
      deriveSeed(1, 'a'),
      deriveSeed(1, 'a', 1),
      deriveSeed(1, 'a1'),
      deriveSeed(2, 'a'),
      deriveSeed(1, 1),
      deriveSeed(1, '1'),
    ];
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(deriveSeed(1, 'a', 1)).toBe(seeds[2]);
  });
});

const classTargets = fc.array(fc.nat(3), { minLength: 20, maxLength: 200 }).map((list) => Float64Array.from(list));

describe('stratified folds', () => {
  it('spread each class evenly, rare ones too, and leave single rows in training', () => {
    fc.assert(
      fc.property(classTargets, fc.integer({ min: 2, max: 6 }), fc.nat(), (target, folds, seed) => {
        const [assigned] = stratifiedFolds({ target, kind: 'classes', seed, folds });
        for (const label of new Set(target)) {
          const own = [...assigned!].filter((_, row) => target[row] === label);
          if (own.length === 1) expect(own).toEqual([-1]);
          else {
            const sizes = Array.from({ length: folds }, (_, fold) => own.filter((one) => one === fold).length);
            expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });

  it('balance a numeric target, and differ between repeats but not between runs', () => {
    const random = createRandom(3);
    const target = Float64Array.from({ length: 1000 }, () => Math.exp(2 * random.normal()));
    const first = stratifiedFolds({ target, kind: 'values', seed: 5, folds: 5, repeats: 2 });
    expect(stratifiedFolds({ target, kind: 'values', seed: 5, folds: 5, repeats: 2 })).toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
    const high = (fold: number) => [...first[0]!].filter((one, row) => one === fold && target[row]! > 1).length;
    const counts = [0, 1, 2, 3, 4].map(high);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(15);
  });

  it('refuse missing targets and impossible numbers of folds', () => {
    const input = { target: Float64Array.of(1, Number.NaN), kind: 'values', seed: 1 } as const;
    expect(() => stratifiedFolds({ ...input, folds: 2 })).toThrow(/without missing/);
    expect(() => stratifiedFolds({ ...input, folds: 1 })).toThrow(/2 to 127/);
  });
});

describe('the holdout', () => {
  it('takes the share of every class, never a whole class', () => {
    fc.assert(
      fc.property(classTargets, fc.constantFrom(0, 0.1, 0.2, 0.5), fc.nat(), (target, fraction, seed) => {
        const { training, holdout } = holdoutSplit({ target, kind: 'classes', seed, fraction });
        expect([...training, ...holdout].sort((a, b) => a - b)).toEqual(Array.from(target.keys()));
        expect(Math.abs(holdout.length - target.length * fraction)).toBeLessThanOrEqual(4);
        expect(new Set(Array.from(training, (row) => target[row])).size).toBe(new Set(target).size);
      }),
    );
  });

  it('leaves rows of every class where it is told to, and takes one of every class where it can', () => {
    const target = Float64Array.from({ length: 100 }, (_, row) => (row < 2 ? 0 : row < 5 ? 1 : 2));
    const heldOf = (part: { keep?: number; everyClass?: boolean }, fraction: number) => {
      const { holdout } = holdoutSplit({ target, kind: 'classes', seed: 1, fraction, ...part });
      return [0, 1, 2].map((label) => holdout.filter((row) => target[row] === label).length);
    };
    expect(heldOf({ keep: 2 }, 0.5)).toEqual([0, 1, 49]);
    expect(heldOf({ everyClass: true }, 0.1)).toEqual([1, 1, 8]);
    expect(heldOf({ everyClass: true }, 0)).toEqual([0, 0, 0]);
  });
});

const grouped = fc
  .array(fc.record({ group: fc.integer({ min: -3, max: 12 }), label: fc.nat(2) }), { minLength: 20, maxLength: 150 })
  .filter((rows) => new Set(rows.map(({ group }) => group)).size >= 6)
  .map((rows) => ({
    groups: Int32Array.from(rows, ({ group }) => group),
    target: Float64Array.from(rows, ({ label }) => label),
  }));

describe('folds of groups', () => {
  it('validate every row once, part no group and leave no fold empty', () => {
    fc.assert(
      fc.property(grouped, fc.integer({ min: 2, max: 6 }), fc.nat(), ({ groups, target }, folds, seed) => {
        for (const kind of ['classes', 'values'] as const) {
          for (const fold of groupFolds({ groups, target, kind, folds, seed, repeats: 2 })) {
            expect(new Set(fold)).toEqual(new Set(Array.from({ length: folds }, (_, i) => i)));
            for (const group of new Set(groups)) {
              expect(new Set(fold.filter((_, row) => groups[row] === group)).size).toBe(1);
            }
          }
        }
      }),
    );
  });

  it('keep classes and sizes even where groups allow it', () => {
    const random = createRandom(4);
    const groups = Int32Array.from({ length: 2000 }, () => random.int(200));
    const target = Float64Array.from(groups, (group) => (group % 10 === 0 ? 1 : 0));
    const [fold] = groupFolds({ groups, target, kind: 'classes', folds: 5, seed: 1 });
    for (const number of [0, 1, 2, 3, 4]) {
      const own = target.filter((_, row) => fold![row] === number);
      expect(Math.abs(own.length - 400)).toBeLessThan(40);
      expect(Math.abs(own.reduce((sum, one) => sum + one, 0) - 40)).toBeLessThan(16);
    }
    expect(groupFolds({ groups, target, kind: 'classes', folds: 5, seed: 1 })[0]).toEqual(fold);
  });

  it('refuse more folds than groups', () => {
    const two = { groups: [1, 1, 2], target: Float64Array.of(0, 1, 0), kind: 'classes', seed: 1 } as const;
    expect(() => groupFolds({ ...two, folds: 3 })).toThrow('2 groups cannot');
  });

  it('keep groups whole in the holdout too', () => {
    fc.assert(
      fc.property(grouped, fc.constantFrom(0, 0.1, 0.2, 0.5), fc.nat(), ({ groups }, fraction, seed) => {
        const { training, holdout } = groupHoldout({ groups, fraction, seed, keep: 2 });
        expect([...training, ...holdout].sort((a, b) => a - b)).toEqual(Array.from(groups.keys()));
        const held = new Set(Array.from(holdout, (row) => groups[row]));
        const kept = new Set(Array.from(training, (row) => groups[row]));
        for (const group of held) expect(kept.has(group)).toBe(false);
        expect(kept.size).toBeGreaterThanOrEqual(2);
        expect(held.size > 0).toBe(fraction > 0);
      }),
    );
  });

  it('leave as many groups for training as they are told to', () => {
    const groups = Int32Array.from({ length: 60 }, (_, row) => (row < 40 ? 0 : row % 5));
    const kept = (keep: number) => {
      const { training } = groupHoldout({ groups, seed: 1, fraction: 0.3, keep });
      return new Set(Array.from(training, (row) => groups[row])).size;
    };
    expect([1, 3, 4, 5].map(kept)).toEqual([1, 3, 4, 5]);
  });
});

const ordered = fc
  .array(fc.integer({ min: 0, max: 40 }), { minLength: 30, maxLength: 200 })
  .filter((times) => new Set(times).size >= 12)
  .map((times) => Float64Array.from(times).sort());

describe('folds of time', () => {
  it('train on the past alone, with the gap, and validate every row at most once, forward only', () => {
    const folds = fc.integer({ min: 1, max: 6 });
    const gaps = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(ordered, folds, gaps, fc.constantFrom(0.2, 0.5, 0.8), (times, count, gap, start) => {
        const { fold, trainEnds } = timeFolds({ times, folds: count, gap, start });
        const distinct = [...new Set(times)];
        let last = -1;
        for (let number = 0; number < count; number++) {
          const validated = Array.from(times).filter((_, row) => fold[row] === number);
          const trained = Array.from(times.subarray(0, trainEnds[number]!));
          expect(validated.length).toBeGreaterThan(0);
          expect(trained.length).toBeGreaterThan(0);
          const between = distinct.indexOf(validated[0]!) - distinct.indexOf(trained.at(-1)!);
          expect(between).toBe(gap + 1);
          expect(validated[0]!).toBeGreaterThan(last);
          last = validated.at(-1)!;
        }
        expect(last).toBe(times.at(-1));
        for (let row = 1; row < fold.length; row++) expect(fold[row]!).toBeGreaterThanOrEqual(fold[row - 1]!);
      }),
    );
  });

  it('hold the latest rows out without parting a time', () => {
    fc.assert(
      fc.property(ordered, fc.constantFrom(0, 0.1, 0.2, 0.5), (times, fraction) => {
        const cut = timeCut(times, fraction);
        expect(cut < times.length).toBe(fraction > 0);
        expect(cut).toBeGreaterThan(0);
        if (cut < times.length) expect(times[cut]!).toBeGreaterThan(times[cut - 1]!);
      }),
    );
  });

  it('leave as many distinct times before the latest as they are told to, where there are more', () => {
    const times = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 2, 3, 3, 4);
    expect([1, 2, 3, 4].map((keep) => timeCut(times, 0.4, keep))).toEqual([7, 8, 10, 10]);
  });

  it('refuse what is not in order or has too few times', () => {
    expect(() => timeFolds({ times: Float64Array.of(2, 1, 3), folds: 1, gap: 0, start: 0.5 })).toThrow('order of time');
    expect(() => timeFolds({ times: Float64Array.of(1, 1, 2), folds: 2, gap: 0, start: 0.5 })).toThrow('too few');
  });
});
