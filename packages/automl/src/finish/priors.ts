import type { FittedModel } from '../models/types.ts';

/** The model with its probabilities as they are without the class weights that it was fitted with; its state says so. */
export function correctedModel(model: FittedModel, classWeights: number[]): FittedModel {
  return {
    ...model,
    predict: (features, rows) => withoutClassWeights(model.predict(features, rows), classWeights),
    state: () => ({ ...model.state(), classWeights }),
  };
}

/**
 * Probabilities of a model that was fitted with class weights, as they are without: each is divided by its class's
 * weight, and a row sums to 1 again (Elkan 2001). rows x classes, row-major; a new array.
 */
export function withoutClassWeights(probabilities: Float64Array, classWeights: readonly number[]): Float64Array {
  const classes = classWeights.length;
  const result = new Float64Array(probabilities.length);
  for (let at = 0; at < result.length; at += classes) {
    let total = 0;
    for (let k = 0; k < classes; k++) {
      result[at + k] = probabilities[at + k]! / classWeights[k]!;
      total += result[at + k]!;
    }
    for (let k = 0; k < classes; k++) result[at + k]! /= total;
  }
  return result;
}
