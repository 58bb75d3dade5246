import { createRandom, deriveSeed, findColumn, isNumeric, type NumericColumn, type Table } from '@laurel/tabular';
import { type Binned, binned, meansOf } from './bins.ts';
import type { Step, Transformer, TransformInput } from './types.ts';

const operations = ['sum', 'difference', 'product', 'ratio'] as const;
type Operation = (typeof operations)[number];

interface Pair {
  operation: Operation;
  a: string;
  b: string;
}

const mostColumns = 16;
const mostRows = 4000;
/** Passes of removing what single columns explain before pairs are looked at. */
const passes = 8;

/**
 * Sums, differences, products and ratios of two numbers ("golden features"), chosen by how much they explain of what
 * single columns leave unexplained; each one chosen takes its part away before the next is looked for.
 */
export const arithmetic: Transformer = {
  id: 'arithmetic',
  fit(input) {
    const wanted = Number(input.config.arithmetic) || 0;
    if (wanted === 0) return [];
    return choosePairs(input, wanted).map(stepOf);
  },
  prepare(state) {
    const { operation, a, b } = state.header as Pair;
    return (table) => [combine(operation, numbers(table, a), numbers(table, b))];
  },
};

function stepOf(pair: Pair): Step {
  const { operation, a, b } = pair;
  const sign = { sum: '+', difference: '−', product: '×', ratio: '/' }[operation];
  return {
    features: [{ name: `${a} ${sign} ${b}`, from: [a, b], how: operation }],
    state: { header: pair, tensors: {} },
  };
}

function choosePairs({ table, rows, outputs, seed }: TransformInput, wanted: number): Pair[] {
  const order = createRandom(deriveSeed(seed, 'arithmetic')).shuffle(Int32Array.from(rows, (_, i) => i));
  const sample = order.slice(0, mostRows).sort();
  const residuals = outputs.values.map((values) => Float64Array.from(sample, (i) => values[i]!));
  const columns = table.columns
    .filter((column): column is NumericColumn => isNumeric(column) && column.type === 'numeric')
    .map((column) => ({ name: column.name, values: Float64Array.from(sample, (i) => column.values[rows[i]!]!) }))
    .map((column) => ({ ...column, bins: binned(column.values) }))
    .filter(({ bins }) => bins.size > 2)
    .map((column) => ({ ...column, gain: gainOf(column.bins, residuals) }))
    .sort((x, y) => y.gain - x.gain)
    .slice(0, mostColumns);
  for (let pass = 0; pass < passes; pass++) for (const { bins } of columns) take(bins, residuals, 0.5);
  const candidates: { pair: Pair; bins: Binned }[] = [];
  for (let i = 0; i < columns.length; i++) {
    for (let j = 0; j < columns.length; j++) {
      for (const operation of operations) {
        if (i === j || (i > j && operation !== 'ratio')) continue;
        const [a, b] = [columns[i]!, columns[j]!];
        const bins = binned(combine(operation, a.values, b.values));
        if (bins.size > 2) candidates.push({ pair: { operation, a: a.name, b: b.name }, bins });
      }
    }
  }
  return greedily(candidates, residuals, wanted);
}

function greedily(candidates: { pair: Pair; bins: Binned }[], residuals: Float64Array[], wanted: number): Pair[] {
  const chosen: Pair[] = [];
  let open = candidates.map((candidate) => ({ ...candidate, gain: gainOf(candidate.bins, residuals) }));
  // The upper part is enough: what explains little at first does not explain more once others are taken away.
  open = open.sort((x, y) => y.gain - x.gain).slice(0, 8 * wanted);
  while (chosen.length < wanted && open.length > 0) {
    let best = open[0]!;
    for (const candidate of open) {
      candidate.gain = gainOf(candidate.bins, residuals);
      if (candidate.gain > best.gain) best = candidate;
    }
    if (!(best.gain > 0)) break;
    chosen.push(best.pair);
    take(best.bins, residuals, 0.7);
    open.splice(open.indexOf(best), 1);
  }
  return chosen;
}

/** Sum of squares that the means of the bins explain, less what as many bins explain by chance. */
function gainOf(bins: Binned, residuals: readonly Float64Array[]): number {
  let gain = 0;
  for (const residual of residuals) {
    const { sums, counts, square } = meansOf(bins, residual);
    const chance = (square / residual.length) * (bins.size + 1);
    for (let bin = 0; bin <= bins.size; bin++) if (counts[bin]! > 0) gain += sums[bin]! ** 2 / counts[bin]!;
    gain -= 2 * chance;
  }
  return gain;
}

/** Takes a share of the means of the bins away from the residuals. */
function take(bins: Binned, residuals: readonly Float64Array[], share: number): void {
  for (const residual of residuals) {
    const { sums, counts } = meansOf(bins, residual);
    for (let i = 0; i < residual.length; i++) {
      const bin = bins.of[i]!;
      residual[i]! -= (share * sums[bin]!) / (counts[bin]! + 5);
    }
  }
}

function combine(operation: Operation, a: Float64Array, b: Float64Array): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < result.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (operation === 'sum') result[i] = x + y;
    else if (operation === 'difference') result[i] = x - y;
    else if (operation === 'product') result[i] = x * y;
    // nothing can be divided by zero: missing
    else result[i] = y === 0 ? Number.NaN : x / y;
  }
  return result;
}

function numbers(table: Table, name: string): Float64Array {
  const column = findColumn(table, name);
  if (!column || !isNumeric(column))
    throw new Error(`The column "${name}" that the model was fitted on holds no numbers.`);
  return column.values;
}
