// Rows of a tree before it grows, and what its leaves say afterwards.

import { pairOf } from './forest-search';
import {
  classTask,
  forestDraws,
  forestLeafRows,
  forestLeafValue,
  forestOffset,
  forestOrder,
  forestOutOfBagSums,
  forestOutOfBagTrees,
  forestOutputs,
  forestPayload,
  forestRandomState,
  forestSpareOrder,
  forestTargets,
  forestTask,
  forestTotals,
  forestWeights,
  isolationTask,
} from './forest-state';
import { randomBelow, randomU32 } from './random';

const maxAttempts = 100;

/** sum of the weights of the rows that were drawn last */
export let forestDrawnWeight: f64 = 0;

/**
 * Chooses the rows of a tree and writes them to forestOrder and forestPayload, then the others to forestOrder when
 * `keepOthers`. `draws`: 0 takes all rows; below 0: Poisson by forestDraws; otherwise so many without putting back.
 * Rows of weight 0 are never chosen. Gives how many rows were chosen.
 */
export function forestDraw(rows: i32, draws: i32, keepOthers: i32): i32 {
  let chosen = 0;
  let others = 0;
  for (let attempt = 0; chosen == 0; attempt++) {
    others = 0;
    forestDrawnWeight = 0;
    // Where hardly a row is drawn, or most have no weight, all are taken in the end.
    let needed = attempt < maxAttempts ? draws : 0;
    for (let r = 0; r < rows; r++) {
      let times = 1;
      if (needed < 0) times = drawPoisson();
      else if (draws > 0 && attempt < maxAttempts) {
        times = <i32>(<i32>randomBelow(forestRandomState, rows - r) < needed);
        needed -= times;
      }
      const weight = <f64>times * (forestWeights != 0 ? load<f64>(forestWeights + ((<usize>r) << 3)) : 1);
      if (weight > 0) {
        addRow(chosen, r, weight);
        chosen++;
      } else {
        store<u32>(forestSpareOrder + ((<usize>others) << 2), r);
        others++;
      }
    }
  }
  if (keepOthers) memory.copy(forestOrder + ((<usize>chosen) << 2), forestSpareOrder, (<usize>others) << 2);
  return chosen;
}

function drawPoisson(): i32 {
  const random = randomU32(forestRandomState);
  let times = 0;
  while (random > load<u32>(forestDraws + ((<usize>times) << 2))) times++;
  return times;
}

function addRow(place: i32, row: i32, weight: f64): void {
  store<u32>(forestOrder + ((<usize>place) << 2), row);
  forestDrawnWeight += weight;
  if (forestTask == isolationTask) return;
  const entry = forestPayload + ((<usize>place) << 4);
  const target = load<f64>(forestTargets + ((<usize>row) << 3));
  if (forestTask == classTask) {
    store<f64>(entry, weight);
    store<u32>(entry, <u32>target, 8);
  } else v128.store(entry, pairOf(weight, weight * target));
}

/** Numbers of one leaf: class shares into forestTotals for classTask, otherwise its value. */
function readLeaf(leaf: i32): f64 {
  if (forestTask != classTask) return load<f64>(forestLeafValue + ((<usize>leaf) << 3)) + forestOffset;
  const rows = forestLeafRows + ((<usize>leaf) << 4);
  memory.fill(forestTotals, 0, (<usize>forestOutputs) << 3);
  let weight: f64 = 0;
  let entry = forestPayload + ((<usize>load<i32>(rows)) << 4);
  for (let i = load<i32>(rows, 4); i > 0; i--, entry += 16) {
    const at = forestTotals + ((<usize>load<u32>(entry, 8)) << 3);
    store<f64>(at, load<f64>(at) + load<f64>(entry));
    weight += load<f64>(entry);
  }
  for (let c: usize = 0; c < <usize>forestOutputs; c++) {
    const at = forestTotals + (c << 3);
    store<f64>(at, load<f64>(at) / weight);
  }
  return 0;
}

/** Writes the numbers of leaves from..to-1 to `out`, f32: one, or one per class. */
export function forestLeafNumbers(from: i32, to: i32, out: usize): void {
  let at = out;
  for (let leaf = from; leaf < to; leaf++) {
    const value = readLeaf(leaf);
    for (let c = 0; c < forestOutputs; c++, at += 4) store<f32>(at, <f32>numberOf(value, c));
  }
}

function numberOf(value: f64, c: i32): f64 {
  if (forestTask == classTask) return load<f64>(forestTotals + ((<usize>c) << 3));
  return forestOutputs == 2 && c == 0 ? 1 - value : value;
}

/** Adds the tree's predictions for rows that it did not see. */
export function forestAddOutOfBag(leaves: i32): void {
  for (let leaf = 0; leaf < leaves; leaf++) {
    const rows = forestLeafRows + ((<usize>leaf) << 4);
    const count = load<i32>(rows, 12);
    if (count == 0) continue;
    const value = readLeaf(leaf);
    let order = forestOrder + ((<usize>load<i32>(rows, 8)) << 2);
    for (let i = 0; i < count; i++, order += 4) {
      const row = <usize>load<u32>(order);
      const trees = forestOutOfBagTrees + (row << 2);
      store<u32>(trees, load<u32>(trees) + 1);
      let sum = forestOutOfBagSums + ((row * <usize>forestOutputs) << 3);
      for (let c = 0; c < forestOutputs; c++, sum += 8) store<f64>(sum, load<f64>(sum) + numberOf(value, c));
    }
  }
}
