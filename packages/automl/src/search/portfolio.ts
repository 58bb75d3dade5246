import type { Config, Parameter } from '../models/types.ts';
import { configFactor, predictedSeconds, trialCost } from './cost.ts';
import { isKnown, isQuarantined, isScored, note, type SearchMemory, startMemory } from './memory.ts';
import type { AskLimits, Proposal, SearchFamily, SearchSetting } from './types.ts';

export interface Portfolio {
  /**
   * reference families first, then warm starts, then the configurations with a place among all, then the other
   * families' defaults
   */
  opening: Proposal[];
  /** the other starting configurations, the families in turns */
  rest: Proposal[];
}

/** A trial whose predicted time is more than this part of what is left does not begin; towards the end it may be more. */
const mostOfWhatIsLeft = 0.4;
const [mostAtTheEnd, end] = [0.8, 0.2];
/** What would take longer than so many times the time that is left is no model when it is cut. */
const mostCut = 3;
/** A trial aims at its share of what is left when so many (at least, at most) are still to come. */
const [fewestSlices, mostSlices] = [4, 12];
/** So many models begin whatever they are predicted to take, within what is left. */
const certainModels = 3;
/** A family's first trial may take more: it decides whether the family gets more. */
const firstShare = 0.2;
/** A place is lost for every so large part of the whole budget that a trial is predicted to take. */
const budgetPartPerPlace = 0.05;
/** Where everything is costly, what is known to be strong still comes first. */
const mostPlacesLost = 6;

/**
 * The fixed part of a search. A curated order finds good models sooner than sampling does (Feurer et al. 2022,
 * Auto-sklearn 2.0; AutoGluon's zero-shot portfolios). What is costly on this many rows, columns, levels and classes
 * comes later than its place.
 */
export function portfolio(setting: SearchSetting): Portfolio {
  const entries = setting.families.flatMap((family) =>
    family
      .startingConfigs(setting.facts)
      .map((config, turn) => ({ family, config, turn, order: placeOf(setting, family, turn, config) })),
  );
  entries.sort(
    (a, b) =>
      Number(b.family.reference) - Number(a.family.reference) ||
      Number(a.order === null) - Number(b.order === null) ||
      (a.order ?? a.turn) - (b.order ?? b.turn) ||
      a.family.relativeCost - b.family.relativeCost ||
      (a.family.id < b.family.id ? -1 : 1),
  );
  const isOpening = ({ turn, order }: (typeof entries)[number]) => order !== null || turn === 0;
  const toProposal = ({ family, config }: (typeof entries)[number]): Proposal => ({ family: family.id, config });
  const references = entries.filter(({ family }) => family.reference);
  const others = entries.filter(({ family }) => !family.reference);
  return {
    opening: [
      ...references.map(toProposal),
      ...(setting.warmStarts ?? []),
      ...others.filter(isOpening).map(toProposal),
    ],
    rest: others.filter((entry) => !isOpening(entry)).map(toProposal),
  };
}

/** References, warm starts and every family's default: what the other strategies begin with. */
export function defaults(setting: SearchSetting): Proposal[] {
  const count = setting.families.filter((family) => family.reference).length + (setting.warmStarts?.length ?? 0);
  const { opening } = portfolio(setting);
  const shown = new Set<string>();
  return opening.filter(({ family }, index) => {
    if (index < count) return true;
    if (shown.has(family)) return false;
    shown.add(family);
    return true;
  });
}

/** A configuration's place among all; null without one. A family's first place moves back with what it costs here. */
function placeOf(setting: SearchSetting, family: SearchFamily, turn: number, config: Config): number | null {
  const place = family.openingPlaces?.[turn];
  if (place === undefined) return null;
  const { budgetSeconds } = setting;
  if (family.reference || budgetSeconds === undefined || budgetSeconds === null) return place;
  const first = quickened(startMemory(null), setting, { family: family.id, config }, firstShare * budgetSeconds);
  const lost = Math.floor(trialCost(family, setting, first) / (budgetPartPerPlace * budgetSeconds));
  return place + Math.min(mostPlacesLost, lost);
}

/**
 * The first proposal of the list that was not taken, is allowed and affordable, quickened where it would take more than
 * its share of the time. While no model is finished, the cheapest is taken even if nothing seems affordable.
 */
export function takeFirst(
  memory: SearchMemory,
  setting: SearchSetting,
  proposals: readonly Proposal[],
  allows: (family: string) => boolean,
  limits?: AskLimits,
): Proposal | null {
  const open = proposals
    .map((proposal, index) => ({ proposal, index }))
    .filter(({ index }) => !memory.taken.includes(index))
    .filter(({ proposal }) => allows(proposal.family) && !isQuarantined(memory, proposal.family));
  const left = limits?.leftSeconds ?? null;
  const most = mostSeconds(setting, limits);
  // Families of the first places are worth a cut fit, which also tells how far predictions are off on this table.
  const isFew = memory.tried.filter((tried) => !isReference(setting, tried)).length < certainModels;
  const isNew = (family: string) => !memory.tried.some((tried) => tried.family === family);
  const slice = 1 / Math.min(mostSlices, Math.max(fewestSlices, open.length));
  let cheapest: { proposal: Proposal; index: number; seconds: number } | null = null;
  for (const { proposal: planned, index } of open) {
    const share = isNew(planned.family) ? Math.max(firstShare, slice) : slice;
    const proposal = left === null ? planned : quickened(memory, setting, planned, left * share);
    if (isKnown(memory, setting, proposal)) {
      memory.taken.push(index);
      continue;
    }
    if (left === null || most === null || isReference(setting, planned)) return take(memory, proposal, index);
    const seconds = predictedSeconds(memory, setting, proposal);
    if (seconds <= (isFew && isNew(planned.family) ? Math.max(most, left) : most)) return take(memory, proposal, index);
    if (!cheapest || seconds < cheapest.seconds) cheapest = { proposal, index, seconds };
  }
  if (!cheapest || hasModel(memory, setting)) return null;
  return take(memory, cheapest.proposal, cheapest.index);
}

/** False when the proposal is predicted to take more than its part of the time that is left. */
export function isAffordable(
  memory: SearchMemory,
  setting: SearchSetting,
  proposal: Proposal,
  limits: AskLimits | undefined,
): boolean {
  const most = mostSeconds(setting, limits);
  return most === null || predictedSeconds(memory, setting, proposal) <= most;
}

function mostSeconds(setting: SearchSetting, limits: AskLimits | undefined): number | null {
  const left = limits?.leftSeconds ?? null;
  if (left === null) return null;
  if (limits?.mayBeCut) return mostCut * left;
  return left * (left < end * (setting.budgetSeconds ?? 0) ? mostAtTheEnd : mostOfWhatIsLeft);
}

function take(memory: SearchMemory, proposal: Proposal, index: number): Proposal {
  memory.taken.push(index);
  return note(memory, proposal);
}

function isReference(setting: SearchSetting, { family }: Proposal): boolean {
  return setting.families.some(({ id, reference }) => reference && id === family);
}

/** Some model besides the reference is finished, or under way. */
function hasModel(memory: SearchMemory, setting: SearchSetting): boolean {
  return memory.tried.some((tried) => !isReference(setting, tried) && (isScored(tried) || tried.state === 'pending'));
}

/**
 * The proposal with its effort lowered where it would take longer than `seconds`: boosting with learning rate .005, or
 * 256 epochs, would be cut long before they are good; with .05, or with 60 and their schedule, they come to their end.
 */
export function quickened(memory: SearchMemory, setting: SearchSetting, proposal: Proposal, seconds: number): Proposal {
  const family = setting.families.find(({ id }) => id === proposal.family);
  if (!family || family.reference) return proposal;
  const predicted = predictedSeconds(memory, setting, proposal);
  const config = { ...proposal.config };
  const whole = configFactor(family, config);
  for (const [name, parameter] of Object.entries(family.space)) {
    if (parameter.kind === 'choice' || !parameter.costPower || parameter.quickenTo === undefined) continue;
    const needed = (seconds / predicted) * (whole / configFactor(family, config));
    if (needed >= 1) break;
    const value = typeof config[name] === 'number' ? (config[name] as number) : parameter.default;
    const wanted = value * needed ** (1 / parameter.costPower);
    const moved =
      parameter.costPower < 0 ? Math.min(parameter.quickenTo, wanted) : Math.max(parameter.quickenTo, wanted);
    const isQuicker = parameter.costPower < 0 ? moved > value : moved < value;
    if (isQuicker) config[name] = confinedNumber(parameter, moved);
  }
  return { ...proposal, config };
}

function confinedNumber(parameter: Extract<Parameter, { min: number }>, value: number): number {
  const rounded = parameter.kind === 'int' ? Math.round(value) : Number(value.toPrecision(3));
  return Math.min(parameter.max, Math.max(parameter.min, rounded));
}
