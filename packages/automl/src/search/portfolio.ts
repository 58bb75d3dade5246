import type { Proposal, SearchSetting } from './types.ts';

export interface Portfolio {
  /** reference families first, then the configurations with a place among all, then the other families' defaults */
  opening: Proposal[];
  /** the other starting configurations, the families in turns */
  rest: Proposal[];
}

/**
 * The fixed part of a search. A curated order finds good models sooner than sampling does (Feurer et al. 2022,
 * Auto-sklearn 2.0; AutoGluon's zero-shot portfolios).
 */
export function portfolio(setting: SearchSetting): Portfolio {
  const entries = setting.families.flatMap((family) =>
    family
      .startingConfigs(setting.facts)
      .map((config, turn) => ({ family, config, turn, order: placeOf(family, turn) })),
  );
  entries.sort(
    (a, b) =>
      Number(b.family.reference) - Number(a.family.reference) ||
      Number(a.order === null) - Number(b.order === null) ||
      (a.order ?? a.turn) - (b.order ?? b.turn) ||
      a.family.relativeCost - b.family.relativeCost ||
      (a.family.id < b.family.id ? -1 : 1),
  );
  const isOpening = ({ family, turn, order }: (typeof entries)[number]) =>
    order !== null || turn === 0 || family.reference;
  const toProposal = ({ family, config }: (typeof entries)[number]): Proposal => ({ family: family.id, config });
  return {
    opening: entries.filter(isOpening).map(toProposal),
    rest: entries.filter((entry) => !isOpening(entry)).map(toProposal),
  };
}

function placeOf(family: SearchSetting['families'][number], turn: number): number | null {
  return family.openingPlaces?.[turn] ?? null;
}
