import { type CodedColumn, createRandom, deriveSeed, findColumn, isNumeric, type Table } from '@laurel/tabular';
import { tensorOf } from '../../models/states.ts';
import { randomisedSvd, type SparseRows } from './svd.ts';
import { hashTerms, termBuckets } from './terms.ts';
import type { Step, Transformer } from './types.ts';

const mostFitRows = 4000;
const mostTerms = 6000;
const fewestTexts = 3;
/** Texts whose topics are remembered while a table is read: the first ones, since those that come again are among them. */
const mostKnown = 10_000;

/**
 * Latent semantic analysis (Deerwester et al. 1990): words, pairs of words and parts of words, hashed, weighted by
 * TF-IDF, brought to a few numbers by a truncated singular value decomposition.
 */
export const textTopics: Transformer = {
  id: 'textTopics',
  fit({ table, rows, config, seed }) {
    const wanted = Number(config.textTopics) || 0;
    if (wanted === 0) return [];
    return table.columns.flatMap((column) =>
      column.type === 'text' && !isNumeric(column)
        ? (fitTopics(column, rows, wanted, deriveSeed(seed, 'topics', column.name)) ?? [])
        : [],
    );
  },
  prepare(state) {
    const { name, topics } = state.header as { name: string; topics: number };
    const places = placesOf(tensorOf(state, 'terms', Int32Array));
    const weights = tensorOf(state, 'weights', Float32Array);
    const axes = tensorOf(state, 'axes', Float32Array);
    const room = new Int32Array(termBuckets);
    return (table) => {
      const column = textColumn(table, name);
      const columns = Array.from({ length: topics }, () => new Float64Array(table.rows));
      const known = new Map<number, Float64Array>();
      for (let row = 0; row < table.rows; row++) {
        const code = column.codes[row]!;
        if (code < 0) continue;
        let values = known.get(code);
        if (!values) {
          values = project(weighted(countTerms(column.levels[code] ?? '', room), places, weights), axes, topics);
          if (known.size < mostKnown) known.set(code, values);
        }
        for (let k = 0; k < topics; k++) columns[k]![row] = values[k]!;
      }
      return columns;
    };
  },
};

function fitTopics(column: CodedColumn, rows: Int32Array, wanted: number, seed: number): Step | null {
  const sample = createRandom(seed)
    .shuffle(rows.filter((row) => column.codes[row]! >= 0))
    .slice(0, mostFitRows);
  const found = new Int32Array(termBuckets);
  const room = new Int32Array(termBuckets);
  const counted = Array.from(sample, (row) => countTerms(column.levels[column.codes[row]!] ?? '', room));
  for (const { terms } of counted) for (const term of terms) found[term]!++;
  const terms = Int32Array.from(found.keys())
    .filter((term) => found[term]! >= fewestTexts && found[term]! < 0.9 * sample.length)
    .sort((a, b) => found[b]! - found[a]! || a - b)
    .slice(0, mostTerms)
    .sort();
  if (terms.length <= wanted) return null;
  const weights = Float32Array.from(terms, (term) => Math.log(sample.length / found[term]!) + 1);
  const places = placesOf(terms);
  const matrix: SparseRows = counted.map((counts) => weighted(counts, places, weights));
  const axes = randomisedSvd(matrix, terms.length, wanted, deriveSeed(seed, 'svd'));
  return {
    features: Array.from({ length: wanted }, (_, k) => ({
      name: `${column.name} (topic ${k + 1})`,
      from: [column.name],
      how: 'words and parts of words that occur together',
    })),
    state: { header: { name: column.name, topics: wanted }, tensors: { terms, weights, axes } },
  };
}

/** Terms of a text and how often each occurs; `room` has a zero for every bucket, before and after. */
function countTerms(text: string, room: Int32Array): { terms: Int32Array; counts: Int32Array } {
  const terms: number[] = [];
  hashTerms(text, (term) => {
    if (room[term] === 0) terms.push(term);
    room[term]!++;
  });
  const counts = Int32Array.from(terms, (term) => room[term]!);
  for (const term of terms) room[term] = 0;
  return { terms: Int32Array.from(terms), counts };
}

/** TF-IDF with logarithmic counts, of length 1. */
function weighted(
  { terms, counts }: ReturnType<typeof countTerms>,
  places: Int32Array,
  weights: Float32Array,
): SparseRows[number] {
  const at = new Int32Array(terms.length);
  const values = new Float64Array(terms.length);
  let used = 0;
  let squares = 0;
  for (let i = 0; i < terms.length; i++) {
    const place = places[terms[i]!]!;
    if (place < 0) continue;
    const value = (1 + Math.log(counts[i]!)) * weights[place]!;
    at[used] = place;
    values[used++] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares) || 1;
  for (let i = 0; i < used; i++) values[i]! /= length;
  return { at: at.subarray(0, used), values: values.subarray(0, used) };
}

function project({ at, values }: SparseRows[number], axes: Float32Array, topics: number): Float64Array {
  const result = new Float64Array(topics);
  for (let i = 0; i < at.length; i++) {
    for (let k = 0; k < topics; k++) result[k]! += values[i]! * axes[at[i]! * topics + k]!;
  }
  return result;
}

function placesOf(terms: Int32Array): Int32Array {
  const places = new Int32Array(termBuckets).fill(-1);
  for (let place = 0; place < terms.length; place++) places[terms[place]!] = place;
  return places;
}

function textColumn(table: Table, name: string): CodedColumn {
  const column = findColumn(table, name);
  if (!column || isNumeric(column)) throw new Error(`The column "${name}" that the model was fitted on holds no text.`);
  return column;
}
