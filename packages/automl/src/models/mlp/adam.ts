const beta1 = 0.9;
const beta2 = 0.95;
const epsilon = 1e-8;

export interface Trained {
  values: Float32Array;
  /** factor of the learning rate */
  rate: number;
  decays: boolean;
}

/** Adam (Kingma and Ba 2015) with RealMLP's beta2 of 0.95 and decoupled weight decay. Updates the arrays in place. */
export function createAdam(arrays: readonly Trained[]) {
  const first = arrays.map(({ values }) => new Float64Array(values.length));
  const second = arrays.map(({ values }) => new Float64Array(values.length));
  let steps = 0;
  return {
    update(gradients: readonly Float32Array[], learningRate: number, weightDecay: number): void {
      steps++;
      const correction1 = 1 / (1 - beta1 ** steps);
      const correction2 = 1 / (1 - beta2 ** steps);
      for (const [a, { values, rate, decays }] of arrays.entries()) {
        const gradient = gradients[a]!;
        const m = first[a]!;
        const v = second[a]!;
        const step = learningRate * rate * correction1;
        const kept = decays ? 1 - learningRate * weightDecay : 1;
        for (let i = 0; i < values.length; i++) {
          const g = gradient[i]!;
          m[i] = beta1 * m[i]! + (1 - beta1) * g;
          v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
          values[i] = kept * values[i]! - (step * m[i]!) / (Math.sqrt(v[i]! * correction2) + epsilon);
        }
      }
    },
  };
}

/** RealMLP's coslog4: four waves of growing length, from 0 at t = 0 to 0 at t = 1. */
export function coslog4(t: number): number {
  return 0.5 * (1 - Math.cos(2 * Math.PI * Math.log2(1 + 15 * t)));
}

/** Constant for the first half, then a cosine to 0. */
export function flatCosine(t: number): number {
  return t < 0.5 ? 1 : 0.5 * (1 + Math.cos(Math.PI * (2 * t - 1)));
}
