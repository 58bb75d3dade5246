/** What is left out of the engine to see what it adds: options of `laurel train`. The first is the engine as it is. */
export const variants = {
  whole: [],
  'no portfolio': ['--strategy', 'defaults-then-search'],
  'no search': ['--strategy', 'portfolio'],
  'no features': ['--engineering', 'off'],
  'no ensemble': ['--ensemble', 'off'],
} as const satisfies Record<string, readonly string[]>;

export type Variant = keyof typeof variants;
export const variantNames = Object.keys(variants) as Variant[];

/** The sets of `bench quality` at 60 s. */
export const ablationSets = [
  ...['abalone', 'adult', 'amazon-employee-access', 'car', 'cnae-9', 'jungle-chess'],
  ...['mfeat-factors', 'pol', 'segment', 'sylvine', 'vehicle', 'wine-quality-white'],
];
