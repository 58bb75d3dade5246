import type { Config, DataFacts, FamilyInfo } from '../models/types.ts';

/** What a strategy knows of the experiment. The same setting, and the same results told, give the same proposals. */
export interface SearchSetting {
  families: readonly Pick<
    FamilyInfo,
    'id' | 'reference' | 'relativeCost' | 'openingPlaces' | 'space' | 'startingConfigs'
  >[];
  facts: DataFacts;
  seed: number;
  higherIsBetter: boolean;
}

export interface Proposal {
  family: string;
  config: Config;
}

/** A finished trial; `score` null when it failed. */
export interface TrialReport extends Proposal {
  number: number;
  score: number | null;
}

/** Proposes configurations. A strategy has no clock; its whole state is what `toJSON` gives. */
export interface SearchStrategy {
  /** the next proposal, of a family that `allows` accepts; null when it has none */
  ask(allows: (family: string) => boolean): Proposal | null;
  tell(report: TrialReport): void;
  toJSON(): unknown;
}

export interface StrategyEntry {
  id: string;
  label: string;
  /** from the beginning, or from what `toJSON` gave */
  create(setting: SearchSetting, saved?: unknown): SearchStrategy;
}
