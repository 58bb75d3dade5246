import type { ClockDecisions, GeneratedFeature, TaskKind } from '@laurel/contracts';
import type { Table } from '@laurel/tabular';

/** When a parameter can change a model at all: a search does not vary what has no effect on the data at hand. */
export interface Relevance {
  tasks?: readonly TaskKind[];
  /** there are numeric features */
  numeric?: true;
  /** there are categorical features, with more levels in all than this */
  levelsAbove?: number;
  /** at least so many columns that read as categories, numbers of things among them */
  keys?: number;
  /** at least so many numbers, dates, texts */
  numbers?: number;
  dates?: number;
  texts?: number;
  /** values are missing */
  missing?: true;
}

/** One hyperparameter: what the search may choose, the form can show, and the default. */
export type Parameter = {
  label: string;
  /** a word or two, for the names of models: "lr", "leaves"; the label where it is left out */
  short?: string;
  when?: Relevance;
  /** the value at which a fit is cheapest and still a model: where a cost-frugal search starts; the default if absent */
  lowCost?: string | number | boolean;
} & (
  | {
      kind: 'float' | 'int';
      min: number;
      max: number;
      log?: boolean;
      default: number;
      /** a fit takes about (value / default)^costPower times as long as with the default; 0 where it is left out */
      costPower?: number;
      /** how far it may be moved so that a trial fits into its time; absent: not at all */
      quickenTo?: number;
    }
  | {
      kind: 'choice';
      values: readonly (string | number | boolean)[];
      default: string | number | boolean;
      /** columns that each of the values adds to the table, about: they cost as those of the table do */
      addsColumns?: readonly number[];
    }
);
export type SearchSpace = Readonly<Record<string, Parameter>>;
export type Config = Record<string, unknown>;

/** What features can be made of. */
export interface MadeFacts {
  /** columns that read as categories: categories, and whole numbers that come again */
  keys: number;
  /** of these, columns with so many levels that no tree splits them one by one */
  manyLevels: number;
  dates: number;
  texts: number;
  /** columns with missing values */
  missing: number;
}

/** What is known of the data before a fit; formulas of cost and defaults use nothing else. */
export interface DataFacts {
  task: TaskKind;
  rows: number;
  numericFeatures: number;
  categoricalFeatures: number;
  /** sum of the levels of all categorical features */
  levels: number;
  classes: number;
  /** what can be made of the columns; absent in studies of earlier versions, which make nothing */
  made?: MadeFacts;
}

/** Light half of a family: metadata as plain data plus a lazy loader. Core code asks for these capabilities, never for an id. */
export interface FamilyInfo {
  id: string;
  label: string;
  description: string;
  tasks: readonly TaskKind[];
  needs: { runtime: 'none' | 'tfjs'; encoding: 'codes' | 'numeric' };
  /** always run first, never searched (the baseline) */
  reference: boolean;
  /** made from other trials' predictions, not from rows (the ensemble) */
  combines: boolean;
  iterationLabel: string;
  space: SearchSpace;
  /** configurations to try first, in order; the first is the family's default */
  startingConfigs(facts: DataFacts): Config[];
  /** rough relative cost of one fit, in units of a default gbm fit on the same rows; orders the first trials */
  relativeCost: number;
  /** more than two classes multiply the cost of a fit, as where something is fitted for each */
  costByClass: boolean;
  /**
   * Bytes that a fit takes at most beside its table, and bytes of its model, by formulas that grow with the rows. A fit
   * beyond its limits is tried with fewer rows. Absent: the family keeps to its limits by itself
   */
  memoryBytes?(facts: DataFacts, config: Config): number;
  modelBytes?(facts: DataFacts, config: Config): number;
  /**
   * Places of the first starting configs among those of all families, the lowest first, however costly: what is known
   * to be strong comes early. A default without a place comes after them, by cost.
   */
  openingPlaces?: readonly number[];
  /** names of `recipeSpace` that make no sense for the family, which does the same by itself */
  withoutRecipes?: readonly string[];
  load(): Promise<Family>;
}

/** What `models/<family>/info.ts` exports; the registry adds the loader, so that the browser can read infos without one. */
export type FamilyDescription = Omit<FamilyInfo, 'load'>;

/** A family as plain JSON, for forms, leaderboards and the API. */
export type CatalogEntry = Omit<
  FamilyInfo,
  'load' | 'startingConfigs' | 'openingPlaces' | 'memoryBytes' | 'modelBytes'
>;

export interface FitData {
  /**
   * Aligned to the inputs of the prepared data: same columns; categorical and boolean codes refer to the levels of
   * training. Text columns are read through their own `levels`, which may differ from call to call.
   */
  features: Table;
  /** rows of `features` and `target` to use */
  rows: Int32Array;
  /** class index or value, for every row of `features` */
  target: Float64Array;
  /** weight of every row of `features`, mean 1 over `rows`; absent: 1 each */
  weights?: Float64Array;
  /** per row of `features`: rows of one number belong together (a group, a stretch of time); absent: each is alone */
  blocks?: Int32Array;
}

/** Several series on one grid of dates, without gaps: what forecasts look back on. */
export interface SeriesHistory {
  values: readonly Float64Array[];
  /** per series: place of its first value on the grid */
  starts: Int32Array;
  /** steps after which the pattern comes again, the main season first; empty: none */
  seasons: readonly number[];
  horizon: number;
}

export interface FitInput {
  task: TaskKind;
  classes: number;
  /** names of the classes, for what is named after them */
  labels?: readonly string[];
  train: FitData;
  /** for early stopping and the curve; null: fit without it (a fixed number of rounds from the config) */
  validation: FitData | null;
  config: Config;
  /** without validation rows: rounds to fit, of a family that would stop early on such rows; others choose by themselves */
  iterations?: number;
  /** without validation rows: by which a family divides the logits that it would have calibrated on such rows */
  temperature?: number;
  /** forecasts: the series up to the last date that the fold learns from */
  history?: SeriesHistory;
  seed: number;
  /** features made of others: whether the plan allows them, and names that are never made. Absent: they are allowed */
  features?: {
    off: boolean;
    dropped: readonly string[];
    /** columns whose target means are among the made features: families need not code them again */
    coded?: ReadonlySet<string>;
  };
  /** the experiment's metric; `score` takes predictions in the layout of `FittedModel.predict` */
  metric: { higherIsBetter: boolean; score(target: Float64Array, predictions: Float64Array): number };
  /** by `now()`; checked at least once per tree, epoch or solver iteration; best so far is returned when it passes */
  deadlineMs: number;
  now: () => number;
  /**
   * what an earlier fit of the same input decided by the clock (`FittedModel.decided`): this one decides the same and
   * comes to the same model, whatever its own clock says. There is then no deadline
   */
  decided?: ClockDecisions;
  signal?: AbortSignal;
  /** what the fit may take besides its data: it makes do with less, or throws an error of code MEMORY_LIMIT */
  memoryLimitBytes?: number;
  /** what the model's tensors may take: a model that would be larger is kept simpler */
  modelLimitBytes?: number;
  onIteration?: (iteration: number, validationScore: number) => void;
}

/** Serialised model: JSON plus flat arrays; nothing executable. */
export interface ModelState {
  header: unknown;
  tensors: Record<string, Float64Array | Float32Array | Int32Array | Uint8Array>;
  /** weights of the classes that its probabilities are corrected for; written by the trial, not by families */
  classWeights?: number[];
}

export interface FittedModel {
  /**
   * Probabilities rows x classes (binary: two columns), or values rows x 1; row-major; finite. Forecasts are given the
   * series too, and look at nothing after the origin of a row.
   */
  predict(features: Table, rows?: Int32Array, history?: SeriesHistory): Float64Array;
  /** [iteration, validation score] */
  curve: [number, number][];
  /** iterations that the kept model has (trees, epochs, penalty steps); 0 when it has none */
  iterations: number;
  /** by which it divides logits where validation rows told it, for a fit without such rows; absent: it does not */
  temperature?: number;
  /** the deadline ended the fit before it was done */
  truncated: boolean;
  /** features made of others that the model uses */
  generated?: GeneratedFeature[];
  /** what the clock decided, for a fit that is to be repeated; absent where it took no part */
  decided?: ClockDecisions;
  state(): ModelState;
  /** frees tensors; the model must not be used afterwards */
  dispose(): void;
}

export interface Family {
  /** rejects with the signal's reason when aborted; gives back a usable model even when the deadline has passed */
  fit(input: FitInput): Promise<FittedModel>;
  restore(state: ModelState): Promise<FittedModel>;
}
