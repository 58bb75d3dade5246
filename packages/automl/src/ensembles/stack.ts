import { softmax } from '../pooling.ts';

/** Level-2 model: a linear combination of members, of logits for classes and of values otherwise. */
export interface StackModel {
  /** one per member, at least 0 */
  weights: number[];
  /** one per output */
  bias: number[];
}

/** Probabilities are kept this far from zero before their logarithm. */
const smallest = 1e-7;
const mostSteps = 60;
const descents = 20;
/** How strongly intercepts are drawn to zero, relative to weights. */
const biasPull = 0.1;

export interface StackRows {
  /** class index, or value, per row */
  target: Float64Array;
  /** per member rows x outputs, row-major */
  predictions: readonly Float64Array[];
  outputs: number;
  weights?: Float64Array | undefined;
}

/**
 * Non-negative ridge or logistic regression on the members' predictions, drawn towards given weights (those of the
 * weighted ensemble) as strongly as `pull` rows would. Newton's method with coordinate descent for the bounds.
 */
export function fitStack(rows: StackRows, towards: readonly number[], pull: number): StackModel {
  if (rows.outputs > 1) {
    return fitParameters(
      { ...rows, predictions: rows.predictions.map(logitsOf) },
      towards,
      pull,
      logisticSystem,
      mostSteps,
    );
  }
  // Standardised by the target, so that one pull suits all units.
  const { mean, deviation } = spreadOf(rows.target);
  const scaled = (values: Float64Array) => values.map((value) => (value - mean) / deviation);
  const standard = { ...rows, target: scaled(rows.target), predictions: rows.predictions.map(scaled) };
  const { weights, bias } = fitParameters(standard, towards, pull, squaredSystem, 1);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { weights, bias: [deviation * bias[0]! + mean * (1 - sum)] };
}

type SystemOf = (rows: StackRows, parameters: Float64Array) => System;

function fitParameters(
  rows: StackRows,
  towards: readonly number[],
  pull: number,
  systemOf: SystemOf,
  steps: number,
): StackModel {
  const members = rows.predictions.length;
  const size = members + rows.outputs;
  const start = Float64Array.from({ length: size }, (_, j) => towards[j] ?? 0);
  const parameters = start.slice();
  for (let step = 0; step < steps; step++) {
    const { slope, curvature } = systemOf(rows, parameters);
    for (let j = 0; j < size; j++) {
      const strength = j < members ? pull : biasPull * pull;
      slope[j]! += strength * (parameters[j]! - start[j]!);
      curvature[j * size + j]! += strength;
    }
    if (descend(slope, curvature, parameters, members) < 1e-7) break;
  }
  return { weights: Array.from(parameters.subarray(0, members)), bias: Array.from(parameters.subarray(members)) };
}

/** rows x outputs; members are summed in their order. */
export function applyStack(stack: StackModel, predictions: readonly Float64Array[], outputs: number): Float64Array {
  const inputs = outputs > 1 ? predictions.map(logitsOf) : predictions;
  const result = new Float64Array(predictions[0]!.length);
  for (let i = 0; i < result.length; i++) result[i] = stack.bias[i % outputs]!;
  inputs.forEach((input, m) => {
    const weight = stack.weights[m]!;
    if (weight > 0) for (let i = 0; i < result.length; i++) result[i]! += weight * input[i]!;
  });
  if (outputs > 1) for (let at = 0; at < result.length; at += outputs) softmax(result, at, outputs);
  return result;
}

function logitsOf(probabilities: Float64Array): Float64Array {
  return probabilities.map((p) => Math.log(Math.max(p, smallest)));
}

interface System {
  slope: Float64Array;
  curvature: Float64Array;
}

/** Derivatives of the log loss, summed over rows: of the members' weights and one bias per class. */
function logisticSystem(rows: StackRows, parameters: Float64Array): System {
  const { target, outputs, predictions: inputs } = rows;
  const members = inputs.length;
  const size = members + outputs;
  const slope = new Float64Array(size);
  const curvature = new Float64Array(size * size);
  const p = new Float64Array(outputs);
  const mean = new Float64Array(members);
  for (let row = 0; row < target.length; row++) {
    const at = row * outputs;
    const weight = rows.weights ? rows.weights[row]! : 1;
    for (let k = 0; k < outputs; k++) {
      p[k] = parameters[members + k]!;
      for (let m = 0; m < members; m++) p[k]! += parameters[m]! * inputs[m]![at + k]!;
    }
    softmax(p, 0, outputs);
    for (let m = 0; m < members; m++) {
      mean[m] = 0;
      for (let k = 0; k < outputs; k++) mean[m]! += p[k]! * inputs[m]![at + k]!;
      slope[m]! += weight * (mean[m]! - inputs[m]![at + target[row]!]!);
    }
    for (let k = 0; k < outputs; k++) slope[members + k]! += weight * (p[k]! - (target[row] === k ? 1 : 0));
    for (let a = 0; a < members; a++) {
      for (let b = a; b < members; b++) {
        let sum = 0;
        for (let k = 0; k < outputs; k++) sum += p[k]! * (inputs[a]![at + k]! - mean[a]!) * inputs[b]![at + k]!;
        curvature[a * size + b]! += weight * sum;
      }
      for (let k = 0; k < outputs; k++) {
        curvature[a * size + members + k]! += weight * p[k]! * (inputs[a]![at + k]! - mean[a]!);
      }
    }
    for (let k = 0; k < outputs; k++) {
      for (let l = k; l < outputs; l++) {
        curvature[(members + k) * size + members + l]! += weight * p[k]! * ((k === l ? 1 : 0) - p[l]!);
      }
    }
  }
  mirror(curvature, size);
  return { slope, curvature };
}

function squaredSystem(rows: StackRows, parameters: Float64Array): System {
  const { target, predictions: inputs } = rows;
  const members = inputs.length;
  const size = members + 1;
  const slope = new Float64Array(size);
  const curvature = new Float64Array(size * size);
  const x = new Float64Array(size).fill(1);
  for (let row = 0; row < target.length; row++) {
    const weight = rows.weights ? rows.weights[row]! : 1;
    let gap = parameters[members]! - target[row]!;
    for (let m = 0; m < members; m++) {
      x[m] = inputs[m]![row]!;
      gap += parameters[m]! * x[m]!;
    }
    for (let a = 0; a < size; a++) {
      slope[a]! += weight * gap * x[a]!;
      for (let b = a; b < size; b++) curvature[a * size + b]! += weight * x[a]! * x[b]!;
    }
  }
  mirror(curvature, size);
  return { slope, curvature };
}

function mirror(matrix: Float64Array, size: number): void {
  for (let a = 0; a < size; a++) for (let b = 0; b < a; b++) matrix[a * size + b] = matrix[b * size + a]!;
}

/** Minimises the quadratic around the parameters with the first `bounded` of them at 0 or more. Answers the largest move. */
function descend(slope: Float64Array, curvature: Float64Array, parameters: Float64Array, bounded: number): number {
  const size = parameters.length;
  const step = new Float64Array(size);
  for (let round = 0; round < descents * size; round++) {
    let largest = 0;
    for (let j = 0; j < size; j++) {
      const diagonal = curvature[j * size + j]!;
      if (!(diagonal > 0)) continue;
      let gradient = slope[j]!;
      for (let b = 0; b < size; b++) gradient += curvature[j * size + b]! * step[b]!;
      let next = step[j]! - gradient / diagonal;
      if (j < bounded) next = Math.max(next, -parameters[j]!);
      largest = Math.max(largest, Math.abs(next - step[j]!));
      step[j] = next;
    }
    if (largest < 1e-9) break;
  }
  let moved = 0;
  for (let j = 0; j < size; j++) {
    parameters[j]! += step[j]!;
    moved = Math.max(moved, Math.abs(step[j]!));
  }
  return moved;
}

function spreadOf(values: Float64Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
  return { mean, deviation: Math.sqrt(variance) || 1 };
}
