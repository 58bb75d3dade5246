import { createRandom, deriveSeed, isNumeric, type NumericColumn, type Table } from '@laurel/tabular';
import { boost, type FeatureInput, featureImportance } from '@laurel/trees';
import { fitCategory, readCategory } from '../categories.ts';
import type { RecipeInput } from '../recipe.ts';

const mostRows = 5000;
const mostProbes = 20;
const rounds = 40;
const levelLimit = 100;

/**
 * Names of the made columns that a small boosted model uses more than noise: copies of made columns with their rows
 * shuffled take part too, and what gains less than the mean of these probes is left out (after Boruta, Kursa and
 * Rudnicki 2010).
 */
export async function stepsAboveNoise(input: RecipeInput, table: Table, made: NumericColumn[]): Promise<Set<string>> {
  const { task, classes, target } = input;
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
  const { model } = await boost({
    train: { features, rows: rows.length, target: scaled(task, take(target)) },
    validation: null,
    earlyStopping: null,
    objective:
      task === 'regression' ? { kind: 'squared' } : classes === 2 ? { kind: 'logistic' } : { kind: 'softmax', classes },
    parameters: { rounds, learningRate: 0.15, maxLeaves: 15, featureFraction: 0.6 },
    seed: deriveSeed(input.seed, 'probe trees'),
    signal: undefined,
    deadlineMs: Number.POSITIVE_INFINITY,
    now: () => 0,
  });
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
