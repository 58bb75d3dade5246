import type { Config, DataFacts } from '../types.ts';

/**
 * What did best on the most similar of the tables that FLAML was tuned on (its `default/lgbm`, MIT licence; Zhu et al.
 * 2023). Tables are compared by rows, columns, classes and share of numbers, centred and scaled as FLAML does. Empty
 * where LightGBM's defaults did best there, or where trees were larger than ours may be.
 */
export function nearestConfigs(facts: DataFacts, mostLeaves: number): Config[] {
  const { centre, scale, entries, tables } = facts.task === 'binary' ? binary : facts.classes > 2 ? multiclass : values;
  const columns = facts.numericFeatures + facts.categoricalFeatures;
  const numeric = columns > 0 ? facts.numericFeatures / columns : 0;
  const own = [facts.rows, columns, facts.classes > 2 ? facts.classes : centre[2], numeric];
  const place = own.map((value, k) => (value - centre[k]!) / scale[k]!);
  let best: { distance: number; choice: readonly number[] } | null = null;
  for (const [choice, ...table] of tables) {
    const distance = table.reduce((sum, value, k) => sum + (value - place[k]!) ** 2, 0);
    if (!best || distance < best.distance) best = { distance, choice };
  }
  return best!.choice.map((index) => toConfig(entries[index]!)).filter(({ maxLeaves }) => maxLeaves <= mostLeaves);
}

type Entry = readonly [leaves: number, minRows: number, rate: number, features: number, l1: number, l2: number];
type Table = readonly [choice: readonly number[], rows: number, columns: number, classes: number, numeric: number];
interface Tuned {
  centre: readonly [number, number, number, number];
  scale: readonly [number, number, number, number];
  entries: readonly Entry[];
  /** the best entries of each table, in order, and the table's place */
  tables: readonly Table[];
}

function toConfig([maxLeaves, minDataInLeaf, learningRate, featureFraction, l1, l2]: Entry) {
  return { maxLeaves, minDataInLeaf, learningRate, featureFraction, l1, l2, rowFraction: 1 };
}

const binary: Tuned = {
  centre: [18000, 28, 2, 0.7565],
  scale: [42124, 130, 1, 0.5714],
  entries: [
    [1667, 29, 0.001666, 0.5157, 0.04579, 0.001236],
    [139, 8, 0.04825, 0.5261, 0.002897, 0.02446],
    [4, 3, 0.009034, 0.5393, 15.8, 34.82],
    [1208, 8, 0.02071, 0.3792, 0.002983, 1.137],
  ],
  tables: [
    [[], 1.196, 1.092, 0, 0.426],
    [[0, 1], 11.1, -0.162, 0, -0.574],
    [[2, 1], 8.658, 0.385, 0, -0.741],
    [[0, 1], 0.273, -0.146, 0, -1.324],
    [[3, 1], -0.413, -0.108, 0, -0.574],
    [[2, 0], 0.641, 1.554, 0, 0],
    [[2, 0], 2.352, 0.169, 0, 0.426],
    [[1], 0.616, -0.108, 0, -0.574],
    [[1, 0], 0.539, -0.092, 0, -0.558],
    [[3, 2], -0.411, -0.185, 0, 0.426],
    [[2, 3], -0.312, 12.37, 0, 0.387],
    [[1, 0], -0.406, -0.062, 0, -0.711],
    [[0, 1], 0, 32.83, 0, 0.426],
    [[0, 1], 1.668, 0, 0, 0.426],
    [[3], -0.364, 0.892, 0, -1.227],
    [[3, 1], -0.382, -0.054, 0, 0.426],
    [[], -0.359, 0.062, 0, -1.324],
    [[1, 3], 0.309, 0.692, 0, -0.004],
    [[1], -0.312, -0.177, 0, 0.426],
    [[0, 1], 0, 32.83, 0, 0.426],
    [[1, 0], -0.318, -0.062, 0, 0.426],
  ],
};

const multiclass: Tuned = {
  centre: [40337, 54, 7, 1],
  scale: [58722, 766, 6, 1],
  entries: [
    [225, 21, 0.1018, 0.6104, 0.0009766, 40.41],
    [155, 4, 0.04094, 0.5326, 0.7409, 0.5468],
    [16, 52, 0.2423, 1, 0.03433, 0.0387],
    [106, 49, 0.007146, 0.4695, 0.3743, 23.64],
    [58, 2, 0.02273, 0.5621, 0.003161, 0.02175],
    [371, 71, 0.01797, 0.9002, 0.4864, 0.02414],
    [24, 53, 0.01932, 0.3956, 0.001379, 0.04644],
    [11, 94, 0.06277, 0.6342, 0.5811, 43.3],
  ],
  tables: [
    [[5, 1], 8.218, 0, 0, -0.815],
    [[0, 2], 5.692, 0.008, 58, 0],
    [[3, 7], 0.386, 0.953, 0.5, 0],
    [[3, 0], 0.312, -0.035, 15.5, 0],
    [[3, 0], 0.596, 0, -0.5, 0],
    [[3, 0], -0.534, 9.329, 0.5, 0],
    [[4, 6], 0.202, -0.059, 0, 0],
    [[3, 0], 0.207, 0.164, 0.5, 0],
    [[], -0.66, -0.063, -0.5, -1],
    [[4, 1], -0.67, 1.047, 0.333, 0],
    [[1, 5], 0.348, -0.016, -0.667, -1],
    [[2], -0.534, 2.54, -0.333, 0],
    [[4, 1], -0.561, 0.974, 0, 0],
    [[2, 1], 0, -0.063, -0.667, 0],
    [[2, 6], -0.656, 0.211, 0.5, 0],
    [[6, 1], -0.652, -0.05, 0, 0],
    [[6, 7], -0.674, -0.047, -0.5, 0],
  ],
};

const values: Tuned = {
  centre: [36691, 10, 0, 1],
  scale: [140856, 3, 1, 0.3333],
  entries: [
    [122, 2, 0.02264, 0.702, 0.004252, 0.1129],
    [42, 12, 0.02167, 0.7385, 0.003607, 12.08],
    [372, 4, 0.03517, 1, 0.02271, 0.001964],
  ],
  tables: [
    [[], 0, 0, 0, 0],
    [[1, 0], -0.173, 10, 0, 0],
    [[1], 6.129, -0.333, 0, -1],
    [[1], 0.485, -0.333, 0, -2.667],
    [[1], -0.149, -0.333, 0, -1],
    [[], -0.062, -0.333, 0, -2.333],
    [[0, 1], 6.129, 2.667, 0, -1.333],
    [[1], 6.129, 0, 0, -2.7],
    [[1], 0.871, 0, 0, 0],
    [[0], -0.192, 0.667, 0, -1],
    [[1, 0], 0, 0, 0, 0],
    [[1], -0.115, 2, 0, 0],
    [[], -0.115, -0.667, 0, 0],
    [[0, 1], -0.129, -0.667, 0, 0],
    [[], 0, 0, 0, -0.9],
    [[2, 0], 6.289, 0, 0, 0],
    [[0], -0.165, 12.67, 0, 0],
  ],
};
