import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, deriveSeed } from './random.ts';
import { holdoutSplit, stratifiedFolds } from './splits.ts';

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
  it('spread each class evenly and leave rare classes in training', () => {
    fc.assert(
      fc.property(classTargets, fc.integer({ min: 2, max: 6 }), fc.nat(), (target, folds, seed) => {
        const [assigned] = stratifiedFolds({ target, kind: 'classes', seed, folds });
        for (const label of new Set(target)) {
          const own = [...assigned!].filter((_, row) => target[row] === label);
          if (own.length < folds) expect(own.every((fold) => fold === -1)).toBe(true);
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
});
