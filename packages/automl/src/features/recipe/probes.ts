import { createRandom, deriveSeed, isNumeric, type NumericColumn, type Table } from '@laurel/tabular';
import { boost, type FeatureInput, featureImportance } from '@laurel/trees';
import { fitCategory, readCategory } from '../categories.ts';
import type { RecipeInput } from '../recipe.ts';
import type { RecipeClock } from './clock.ts';

const mostRows = 5000;
const mostProbes = 20;
/** Rounds have a tree for each class: trees in all, and rounds within which columns get to be used. */
const [mostRounds, mostTrees, leastRounds] = [40, 400, 4];
const levelLimit = 100;

/**
 * Names of the made columns that a small boosted model uses more than noise: copies of made columns with their rows
 * shuffled take part too, and what gains less than the mean of these probes is left out (after Boruta, Kursa and
 * Rudnicki 2010). Null: time ended before half of the trees were grown, too early to tell.
 */
export async function namesAboveNoise(
  input: RecipeInput,
  made: NumericColumn[],
  clock: RecipeClock['probes'],
): Promise<Set<string> | null> {
  if (clock.isOver()) {
    clock.endedAfter(0);
    return null;
  }
  const { table, task, classes, target } = input;
  const random = createRandom(deriveSeed(input.seed, 'probes'));
  const rows = random.shuffle(input.rows.slice()).slice(0, mostRows).sort();
  const take = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  const columns = made.map(({ values }) => take(values));
  const probes = random.shuffle([...columns.keys()]).slice(0, mostProbes);
  const features: FeatureInput[] = [
    ...columns.map((values): FeatureInput => ({ kind: 'numeric', values })),
    ...probes.map((place): FeatureInput => ({ kind: 'numeric', values: random.shuffle(columns[place]!.slice()) })),
    ...originals(table, rows),
  ];
  const rounds = Math.max(leastRounds, Math.min(mostRounds, Math.floor(mostTrees / Math.max(1, classes))));
  const { model, truncated, grownRounds } = await boost({
    train: { features, rows: rows.length, target: scaled(task, take(target)) },
    validation: null,
    earlyStopping: null,
    objective:
      task === 'regression' ? { kind: 'squared' } : classes === 2 ? { kind: 'logistic' } : { kind: 'softmax', classes },
    parameters: { rounds, learningRate: 0.15, maxLeaves: 15, featureFraction: 0.6 },
    seed: deriveSeed(input.seed, 'probe trees'),
    ...clock.rules,
  });
  const isTooEarly = truncated && 2 * grownRounds < rounds;
  if (truncated) clock.endedAfter(isTooEarly ? 0 : grownRounds);
  if (isTooEarly) return null;
  const { gain } = featureImportance(model);
  const noise = probes.reduce((sum, _, k) => sum + gain[columns.length + k]!, 0) / Math.max(1, probes.length);
  return new Set(made.filter((_, k) => gain[k]! > noise).map(({ name }) => name));
}

function originals(table: Table, rows: Int32Array): FeatureInput[] {
  return table.columns.flatMap((column): FeatureInput[] => {
    if (isNumeric(column)) return [{ kind: 'numeric', values: Float64Array.from(rows, (row) => column.values[row]!) }];
    if (column.type === 'text') return [];
    const block = fitCategory(column, rows, levelLimit, 1);
    return block.size > 0
      ? [{ kind: 'categorical', codes: readCategory(block, column, rows), levels: block.size }]
      : [];
  });
}

/** Values near 1, as the trees' penalties expect them. */
function scaled(task: RecipeInput['task'], target: Float64Array): Float64Array {
  if (task !== 'regression') return target;
  const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
  const scale = Math.sqrt(target.reduce((sum, value) => sum + (value - mean) ** 2, 0) / target.length) || 1;
  return target.map((value) => (value - mean) / scale);
}
