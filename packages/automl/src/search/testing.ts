import type { Config, SearchSpace } from '../models/types.ts';
import { positionIn } from './sample.ts';
import type { Proposal, SearchFamily, SearchSetting, SearchStrategy } from './types.ts';

const needs = { runtime: 'none', encoding: 'codes' } as const;

const space: SearchSpace = {
  rate: {
    kind: 'float',
    label: 'Rate',
    min: 0.005,
    max: 0.2,
    log: true,
    default: 0.05,
    lowCost: 0.2,
    costPower: -1,
    quickenTo: 0.2,
  },
  leaves: { kind: 'int', label: 'Leaves', min: 2, max: 200, log: true, default: 31, lowCost: 4, costPower: 0.5 },
  share: { kind: 'float', label: 'Share', min: 0.4, max: 1, default: 1 },
  penalty: { kind: 'float', label: 'Penalty', min: 1e-4, max: 10, log: true, default: 1e-3 },
  depth: { kind: 'int', label: 'Depth', min: 0, max: 12, default: 0 },
};

function made(family: Partial<SearchFamily> & { id: string }): SearchFamily {
  return {
    reference: false,
    relativeCost: 1,
    costByClass: false,
    needs,
    space,
    startingConfigs: () => [{}, { leaves: 100, rate: 0.02 }, { leaves: 8, rate: 0.1 }],
    ...family,
  };
}

/** Five made-up families and a reference; how good each can be differs, and so do what it costs and what matters. */
export const madeUpFamilies: readonly SearchFamily[] = [
  made({ id: 'constant', reference: true, relativeCost: 0.001, space: {}, startingConfigs: () => [{}] }),
  made({ id: 'strong', openingPlaces: [1] }),
  made({ id: 'similar', relativeCost: 1.5, openingPlaces: [3] }),
  made({
    id: 'choosy',
    relativeCost: 0.5,
    space: {
      rate: space.rate!,
      kind: { kind: 'choice', label: 'Kind', values: ['a', 'b', 'c', 'd'], default: 'a' },
      size: { kind: 'choice', label: 'Size', values: [64, 128, 256], default: 128, lowCost: 64 },
    },
    startingConfigs: () => [{}, { kind: 'b' }],
  }),
  made({ id: 'costly', relativeCost: 20, openingPlaces: [5] }),
  made({ id: 'weak', relativeCost: 0.2 }),
];

export function madeUpSetting(overrides: Partial<SearchSetting> = {}): SearchSetting {
  return {
    families: madeUpFamilies,
    facts: { task: 'binary', rows: 8000, numericFeatures: 20, categoricalFeatures: 4, levels: 60, classes: 2 },
    seed: 1,
    higherIsBetter: true,
    fits: 5,
    ...overrides,
  };
}

/** Where the optimum of the made-up families lies for one made-up table, and how much each family can reach there. */
export interface Landscape {
  optimum: readonly number[];
  reach: Readonly<Record<string, number>>;
}

/**
 * The score of a made-up trial: what the family can reach less a quadratic distance from the optimum, in the unit cube.
 * Fewer rows cost a little, and blur.
 */
export function landscapeScore(landscape: Landscape, families: readonly SearchFamily[], proposal: Proposal): number {
  const family = families.find(({ id }) => id === proposal.family)!;
  const reach = landscape.reach[proposal.family] ?? 0;
  const loss = Object.entries(family.space).reduce((sum, [name, parameter], k) => {
    const wanted = landscape.optimum[k % landscape.optimum.length]!;
    return sum + (positionIn(parameter, valueOrDefault(proposal.config, name, parameter.default)) - wanted) ** 2;
  }, 0);
  return reach - 0.2 * loss - (proposal.rungRows === undefined ? 0 : 0.02);
}

function valueOrDefault(config: Config, name: string, byDefault: unknown): unknown {
  return config[name] ?? byDefault;
}

export const anything = (): boolean => true;

/** Asks and tells in turns; `score` null fails. Answers what was proposed. */
export function drive(
  strategy: SearchStrategy,
  count: number,
  score: (proposal: Proposal, number: number) => number | null,
  allows: (family: string) => boolean = anything,
): Proposal[] {
  const proposals: Proposal[] = [];
  for (let number = 1; number <= count; number++) {
    const proposal = strategy.ask(allows);
    if (!proposal) break;
    proposals.push(proposal);
    strategy.tell({ number, ...proposal, score: score(proposal, number) });
  }
  return proposals;
}
