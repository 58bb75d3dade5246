import { describe, expect, it } from 'vitest';
import { families } from '../models/registry.ts';
import { keyOf } from './memory.ts';
import { strategies, strategyById } from './registry.ts';
import { anything, drive, landscapeScore, madeUpFamilies, madeUpSetting } from './testing.ts';
import type { Proposal, SearchFamily } from './types.ts';

const landscape = {
  optimum: [0.7, 0.3, 0.6, 0.2, 0.5],
  reach: { constant: 0.5, strong: 0.9, similar: 0.88, choosy: 0.85, costly: 0.95, weak: 0.7 },
};
const score = (proposal: Proposal) => landscapeScore(landscape, madeUpFamilies, proposal);
const large = madeUpSetting({ facts: { ...madeUpSetting().facts, rows: 100_000 } });

/** All but the one that ends with its list. */
const endless = strategies.filter(({ id }) => id !== 'portfolio');

describe.each(endless.map((entry) => [entry.id, entry] as const))('strategy %s', (_, entry) => {
  const setting = madeUpSetting();

  it('is described for people', () => {
    expect(entry.label).toMatch(/^[A-Z]/);
    expect(entry.description.length).toBeGreaterThan(80);
    expect(entry.description).toMatch(/[.]$/);
  });

  it.each([
    ['small', setting],
    ['large', large],
  ])('proposes the same for the same seed, on %s data', (_size, of) => {
    const first = drive(entry.create(of), 60, score);
    expect(first).toHaveLength(60);
    expect(drive(entry.create(of), 60, score)).toEqual(first);
    const other = drive(entry.create({ ...of, seed: 2 }), 60, score);
    expect(other).not.toEqual(first);
  });

  it('goes on from its saved state as if it had never stopped, pending trials included', () => {
    const whole = entry.create(large);
    const before = drive(whole, 25, score);
    const pending = [whole.ask(anything), whole.ask(anything)];
    const resumed = entry.create(large, JSON.parse(JSON.stringify(whole.toJSON())));
    for (const strategy of [whole, resumed]) {
      for (const [i, proposal] of pending.entries()) {
        strategy.tell({ number: 26 + i, ...proposal!, score: score(proposal!) });
      }
    }
    expect(drive(resumed, 30, score)).toEqual(drive(whole, 30, score));
    expect(before).toHaveLength(25);
  });

  it('never proposes the same twice, told or not', () => {
    const strategy = entry.create(setting);
    const keys = drive(strategy, 80, score).map((proposal) => keyOf(setting, proposal));
    for (let i = 0; i < 20; i++) {
      const proposal = strategy.ask(anything);
      if (proposal) keys.push(keyOf(setting, proposal));
    }
    expect(keys.length).toBeGreaterThanOrEqual(80);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keeps to the families that it may propose', () => {
    const allowed = ['constant', 'choosy', 'weak'];
    const proposals = drive(entry.create(setting), 50, score, (family) => allowed.includes(family));
    expect(new Set(proposals.map(({ family }) => family))).toEqual(new Set(allowed));
    expect(entry.create(setting).ask(() => false)).toBeNull();
  });

  it('begins with the reference, then warm starts, and tries every family early', () => {
    const warm = { family: 'weak', config: { rate: 0.03, leaves: 17 } };
    const proposals = drive(entry.create({ ...setting, warmStarts: [warm] }), 12, score);
    expect(proposals[0]!.family).toBe('constant');
    expect(proposals[1]).toMatchObject(warm);
    expect(new Set(proposals.map(({ family }) => family)).size).toBe(madeUpFamilies.length);
  });

  it('leaves a family alone after three failures in a row', () => {
    const proposals = drive(entry.create(setting), 60, (proposal) => {
      return proposal.family === 'strong' ? null : score(proposal);
    });
    expect(proposals.filter(({ family }) => family === 'strong')).toHaveLength(3);
    expect(proposals).toHaveLength(60);
  });

  it('ends when the spaces are used up, and uses another family before that', () => {
    const two: SearchFamily[] = ['tiny', 'also-tiny'].map((id, i) => ({
      ...madeUpFamilies[1]!,
      id,
      space: { on: { kind: 'choice', label: 'On', values: [0, 1, 2].slice(i), default: 1 } },
      startingConfigs: () => [{ on: 1 }],
    }));
    const proposals = drive(entry.create({ ...setting, families: two }), 40, ({ config }) => Number(config.on) / 4);
    expect(proposals).toHaveLength(5);
  });

  it('stays within the spaces, narrowed ones and those of the registered families', () => {
    const real = families.filter((family) => !family.combines);
    const of = { ...setting, families: real };
    const tried = drive(entry.create(of), 120, (_proposal, number) => (number * 37) % 50);
    for (const { family, config } of tried) {
      const { space } = real.find(({ id }) => id === family)!;
      for (const [name, parameter] of Object.entries(space)) {
        const value = config[name];
        if (value === undefined) continue;
        if (parameter.kind === 'choice') expect(parameter.values).toContain(value);
        else {
          expect(value).toBeGreaterThanOrEqual(parameter.min);
          expect(value).toBeLessThanOrEqual(parameter.max);
          if (parameter.kind === 'int') expect(Number.isInteger(value)).toBe(true);
        }
      }
    }
  });

  it('takes a pruned trial for no failure, and needs no clock', () => {
    const strategy = entry.create(setting);
    for (let number = 1; number <= 30; number++) {
      const proposal = strategy.ask(anything, { leftSeconds: null, leftTrials: 30 - number + 1 });
      strategy.tell({ number, ...proposal!, score: 0.1, pruned: true, seconds: null });
    }
    expect(JSON.stringify(strategy.toJSON())).not.toContain('"seconds"');
    expect(strategy.ask(anything)).not.toBeNull();
  });
});

describe('the registry', () => {
  it('knows strategies by former names, and reads what older versions saved', () => {
    expect(strategyById('auto')).toBe(strategies[0]);
    expect(strategyById('local')).toBe(strategies[0]);
    expect(() => strategyById('nope')).toThrow(RangeError);
    const older = {
      waiting: [2, 3],
      drawn: 4,
      best: { strong: { score: 0.8, config: { leaves: 100, rate: 0.02 } } },
      failuresInARow: { weak: 3 },
      turns: { strong: 2 },
      seen: ['constant []', 'strong []', 'strong [["leaves",100],["rate",0.02]]'],
    };
    const proposals = drive(strategyById('local').create(madeUpSetting(), older), 30, score);
    const known = proposals.map((proposal) => keyOf(madeUpSetting(), proposal));
    expect(known).not.toContain(keyOf(madeUpSetting(), { family: 'strong', config: {} }));
    expect(proposals.some(({ family }) => family === 'weak')).toBe(false);
    expect(proposals).toHaveLength(30);
  });
});

describe('strategy portfolio', () => {
  it('proposes what the first strategy begins with, and then ends', () => {
    const setting = madeUpSetting();
    const alone = drive(strategyById('portfolio').create(setting), 200, score);
    const whole = drive(strategyById('portfolio-then-search').create(setting), 200, score);
    expect(alone.length).toBeGreaterThan(madeUpFamilies.length);
    expect(alone.length).toBeLessThan(200);
    expect(whole.slice(0, alone.length)).toEqual(alone);
  });
});

describe('strategy defaults-then-search', () => {
  it('takes one configuration of each family before it searches', () => {
    const setting = madeUpSetting();
    const families = drive(strategyById('defaults-then-search').create(setting), madeUpFamilies.length, score);
    expect(new Set(families.map(({ family }) => family)).size).toBe(madeUpFamilies.length);
  });
});
