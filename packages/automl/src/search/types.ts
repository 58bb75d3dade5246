import type { Config, DataFacts, FamilyInfo } from '../models/types.ts';

/** A family as a strategy sees it: `space` holds what may vary in this experiment, user's choices applied. */
export type SearchFamily = Pick<
  FamilyInfo,
  'id' | 'reference' | 'relativeCost' | 'costByClass' | 'needs' | 'openingPlaces' | 'space' | 'startingConfigs'
>;

/** What a strategy knows of the experiment. The same setting, and the same results told, give the same proposals. */
export interface SearchSetting {
  families: readonly SearchFamily[];
  facts: DataFacts;
  seed: number;
  higherIsBetter: boolean;
  /** fits of one trial: folds times repeats; 5 where it is left out */
  fits?: number;
  /** seconds of the whole search; null or absent where trials are counted, and then no decision hangs on time */
  budgetSeconds?: number | null;
  /** configurations of an earlier experiment, tried right after the reference */
  warmStarts?: readonly Proposal[];
}

export interface Proposal {
  family: string;
  config: Config;
  /** successive halving: at most this many training rows of each fold; absent: all */
  rungRows?: number;
}

/** A finished trial. */
export interface TrialReport extends Proposal {
  number: number;
  /** null when it failed */
  score: number | null;
  /** how long it took; null or absent in a run by trials, where costs are a formula of data and configuration */
  seconds?: number | null;
  /** it was given up against the best: `score`, where there is one, is of a part of its folds. No failure */
  pruned?: boolean;
}

/** What is left of the budget when a proposal is asked for; null: that side is not limited. */
export interface AskLimits {
  leftSeconds: number | null;
  leftTrials: number | null;
  /** nothing was left that would end in time: what can be good although it is cut short will do */
  mayBeCut?: boolean;
}

/** Proposes configurations. A strategy has no clock; its whole state is what `toJSON` gives. */
export interface SearchStrategy {
  /** the next proposal, of a family that `allows` accepts; null when it has none */
  ask(allows: (family: string) => boolean, limits?: AskLimits): Proposal | null;
  tell(report: TrialReport): void;
  /** plain JSON */
  toJSON(): unknown;
}

export interface StrategyEntry {
  id: string;
  label: string;
  /** a paragraph for people who choose one */
  description: string;
  /** names under which requests and stored studies may know it too */
  formerIds?: readonly string[];
  /** from the beginning, or from what `toJSON` gave */
  create(setting: SearchSetting, saved?: unknown): SearchStrategy;
}
