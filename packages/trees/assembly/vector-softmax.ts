// Softmax with a value per class in every leaf: scores and probabilities row by row, sketches of the gradients, values.

import { rowOrder } from './grow';
import { Leaf, leafAt } from './leaf';
import { leafCover, leafValue } from './leaf-values';
import { exp } from './math';
import { constrainedOutput } from './node-search';
import { probabilities, rowWeights, scores, targets, trainRows } from './objective';
import { randomU32 } from './random';
import { sketchBytes, sketches, sketchWidth } from './vector-histogram';

/** f32 per class and direction: plus or minus 1, drawn anew for every tree */
export let projection: usize = 0;
/** f64 per class each: sums of a leaf */
export let classSums: usize = 0;

/** mean over rows and classes of the hessian, which the penalty of the shape is measured by */
export let meanCurvature: f64 = 1;

/** Probabilities (f32, row by row) and sketches of all training rows at the scores (f64, row by row) of the moment. */
export function sketchSoftmax(classes: i32, random: usize): void {
  drawProjection(classes, random);
  const n = trainRows;
  let curvature: f64 = 0;
  for (let i = 0; i < n; i++) {
    const chances = probabilities + <usize>i * <usize>classes * 4;
    softmaxRow(scores + <usize>i * <usize>classes * 8, classes, chances);
    curvature += sketchRow(i, classes, chances);
  }
  const factor = <f64>classes / <f64>(classes - 1);
  meanCurvature = max(1e-12, (factor * curvature) / (<f64>n * <f64>classes));
}

function drawProjection(classes: i32, random: usize): void {
  for (let k = 0; k < classes * sketchWidth; k++) {
    store<f32>(projection + ((<usize>k) << 2), (randomU32(random) & 1) != 0 ? 1 : -1);
  }
}

function softmaxRow(row: usize, classes: i32, out: usize): void {
  let highest = load<f64>(row);
  for (let k = 1; k < classes; k++) highest = max(highest, load<f64>(row + ((<usize>k) << 3)));
  let sum: f64 = 0;
  for (let k = 0; k < classes; k++) {
    const e = exp(load<f64>(row + ((<usize>k) << 3)) - highest);
    sum += e;
    store<f32>(out + ((<usize>k) << 2), <f32>e);
  }
  const factor = <f32>(1 / sum);
  for (let k = 0; k < classes; k++) {
    const at = out + ((<usize>k) << 2);
    store<f32>(at, load<f32>(at) * factor);
  }
}

/** Writes a row's sketch; gives the sum over classes of p (1 - p). */
function sketchRow(row: i32, classes: i32, chances: usize): f64 {
  const own = <i32>load<f64>(targets + ((<usize>row) << 3));
  const weight: f32 = rowWeights != 0 ? load<f32>(rowWeights + ((<usize>row) << 2)) : 1;
  const out = sketches + <usize>row * sketchBytes;
  let first: v128 = f32x4.splat(0);
  let last: f32 = 0;
  let curvature: f64 = 0;
  for (let k = 0; k < classes; k++) {
    const p = load<f32>(chances + ((<usize>k) << 2));
    const g = k == own ? p - 1 : p;
    const signs = projection + <usize>(k * sketchWidth) * 4;
    first = f32x4.add(first, f32x4.mul(f32x4.splat(g), v128.load(signs)));
    last += g * load<f32>(signs, 16);
    curvature += <f64>(p * (1 - p));
  }
  store<f32>(out, weight);
  v128.store(out, f32x4.mul(first, f32x4.splat(weight)), 4);
  store<f32>(out, last * weight, 20);
  return curvature;
}

/** Writes a value per class (Newton's step on all classes' gradients) and the cover of every leaf. */
export function setVectorValues(leaves: i32, classes: i32, learningRate: f64, penalty: f64): void {
  for (let i = 0; i < leaves; i++) {
    const leaf = leafAt(i);
    sumClasses(leaf, classes);
    for (let k = 0; k < classes; k++) {
      const g = load<f64>(classSums + ((<usize>k) << 3));
      const h = load<f64>(classSums + ((<usize>(classes + k)) << 3));
      const value = learningRate * constrainedOutput(g, h, penalty, <f64>leaf.inCount, 0, -Infinity, Infinity);
      store<f32>(leafValue + ((<usize>(i * classes + k)) << 2), <f32>value);
    }
    store<f32>(leafCover + ((<usize>i) << 2), <f32>leaf.inCount);
  }
}

function sumClasses(leaf: Leaf, classes: i32): void {
  memory.fill(classSums, 0, (<usize>classes) << 4);
  const hessians = classSums + ((<usize>classes) << 3);
  const factor = <f64>classes / <f64>(classes - 1);
  for (let i = 0; i < leaf.inCount; i++) {
    const row = <usize>load<u32>(rowOrder + ((<usize>(leaf.inStart + i)) << 2));
    const weight = <f64>load<f32>(sketches + row * sketchBytes);
    const chances = probabilities + row * <usize>classes * 4;
    for (let k = 0; k < classes; k++) {
      const p = <f64>load<f32>(chances + ((<usize>k) << 2));
      const at = (<usize>k) << 3;
      store<f64>(classSums + at, load<f64>(classSums + at) + weight * p);
      store<f64>(hessians + at, load<f64>(hessians + at) + weight * factor * p * (1 - p));
    }
    const own = classSums + ((<usize>(<i32>load<f64>(targets + (row << 3)))) << 3);
    store<f64>(own, load<f64>(own) - weight);
  }
}

/** Adds the tree's values to the scores of the rows in the sample and of all others. */
export function addVectorValues(leaves: i32, classes: i32): void {
  for (let i = 0; i < leaves; i++) {
    const leaf = leafAt(i);
    const values = leafValue + <usize>(i * classes) * 4;
    addVector(leaf.inStart, leaf.inCount, classes, values);
    addVector(leaf.outStart, leaf.outCount, classes, values);
  }
}

function addVector(start: i32, count: i32, classes: i32, values: usize): void {
  for (let i = start; i < start + count; i++) {
    const row = scores + <usize>load<u32>(rowOrder + ((<usize>i) << 2)) * <usize>classes * 8;
    for (let k = 0; k < classes; k++) {
      const at = row + ((<usize>k) << 3);
      store<f64>(at, load<f64>(at) + <f64>load<f32>(values + ((<usize>k) << 2)));
    }
  }
}
