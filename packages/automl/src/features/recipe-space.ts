import type { Config, DataFacts, FamilyDescription, Parameter, SearchSpace } from '../models/types.ts';
import { relevantSpace } from '../search/relevance.ts';

/**
 * What the search may choose of the features that a trial makes, by name of the transformer. Off by default. Names of
 * families' own parameters must not be used again.
 */
export const recipeSpace = {
  targetMeans: {
    kind: 'choice',
    label: 'Target mean and count of every category',
    short: 'target means',
    when: { keys: 1 },
    values: [false, true],
    default: false,
    addsColumns: [0, 8],
  },
  categoryPairs: {
    kind: 'choice',
    label: 'Pairs of categories',
    short: 'category pairs',
    when: { keys: 2 },
    values: [0, 8, 24],
    default: 0,
    addsColumns: [0, 16, 48],
  },
  arithmetic: {
    kind: 'choice',
    label: 'Sums, differences, products and ratios',
    short: 'arithmetic',
    when: { numbers: 2 },
    values: [0, 8, 24],
    default: 0,
    addsColumns: [0, 8, 24],
  },
  missingMarks: {
    kind: 'choice',
    label: 'Marks of missing values',
    short: 'missing marks',
    when: { missing: true },
    values: [false, true],
    default: false,
    addsColumns: [0, 3],
  },
  dateGaps: {
    kind: 'choice',
    label: 'Days between dates',
    short: 'date gaps',
    when: { dates: 1 },
    values: [false, true],
    default: false,
    addsColumns: [0, 2],
  },
  textTopics: {
    kind: 'choice',
    label: 'Topics of texts',
    short: 'topics',
    when: { texts: 1 },
    values: [0, 32],
    default: 0,
    addsColumns: [0, 32],
  },
  clusters: {
    kind: 'choice',
    label: 'Distances to clusters',
    short: 'clusters',
    when: { numbers: 2 },
    values: [0, 8, 24],
    default: 0,
    addsColumns: [0, 8, 24],
  },
  probes: {
    kind: 'choice',
    label: 'Drop made features that do no better than noise',
    short: 'probes',
    when: { numbers: 1 },
    values: [false, true],
    default: false,
  },
} as const satisfies Record<string, Parameter>;

export type RecipeConfig = { [Name in keyof typeof recipeSpace]?: (typeof recipeSpace)[Name]['values'][number] };

/** The family with the parameters of the recipes that make sense for it; first, since names of models show a few only. */
export function withRecipeSpace<Info extends FamilyDescription>(info: Info): Info & { space: SearchSpace } {
  if (!learnsFromRows(info)) return info;
  const own = Object.entries(recipeSpace).filter(([name]) => !info.withoutRecipes?.includes(name));
  return { ...info, space: { ...Object.fromEntries(own), ...info.space } };
}

/** Families that learn from the rows of a table can see more columns. */
export function learnsFromRows({
  reference,
  combines,
  tasks,
}: Pick<FamilyDescription, 'reference' | 'combines' | 'tasks'>) {
  return !reference && !combines && tasks.some((task) => task !== 'forecast');
}

/** Whether a configuration asks for something that is not made by default. */
export function asksFor(config: Config, name: string): boolean {
  const parameter: Parameter | undefined = recipeSpace[name as keyof typeof recipeSpace];
  return parameter !== undefined && config[name] !== undefined && config[name] !== parameter.default;
}

/** The family for an experiment that makes no features. */
export function withoutRecipes<Info extends Pick<FamilyDescription, 'space' | 'startingConfigs'>>(info: Info): Info {
  const plain = (from: SearchSpace | Config) =>
    Object.fromEntries(Object.entries(from).filter(([name]) => !(name in recipeSpace)));
  return {
    ...info,
    space: plain(info.space) as SearchSpace,
    startingConfigs: (facts: DataFacts) => info.startingConfigs(facts).map(plain),
  };
}

/** Those settings that can have an effect on data with these facts. */
export function recipeFor(facts: DataFacts, wanted: RecipeConfig): Config {
  const relevant = relevantSpace(recipeSpace, facts);
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => name in relevant));
}
