import type { Design } from '../../features/design.ts';

/**
 * Products of a design with weights. Weights are (width + hotWidth + 1) x outputs, outputs together, the intercept
 * last. Margins are rows x outputs.
 */
export function multiply(design: Design, weights: Float64Array, outputs: number, margins: Float64Array): void {
  const { rows, width, dense, hotColumns, hotWidth, hot } = design;
  const intercept = (width + hotWidth) * outputs;
  if (outputs === 1) {
    for (let i = 0; i < rows; i++) {
      let sum = weights[intercept]!;
      const row = i * width;
      for (let j = 0; j < width; j++) sum += dense[row + j]! * weights[j]!;
      for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) if (hot[c]! >= 0) sum += weights[width + hot[c]!]!;
      margins[i] = sum;
    }
    return;
  }
  for (let i = 0; i < rows; i++) {
    const at = i * outputs;
    for (let k = 0; k < outputs; k++) margins[at + k] = weights[intercept + k]!;
    for (let j = 0; j < width; j++) addScaled(margins, at, weights, j * outputs, dense[i * width + j]!, outputs);
    for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) {
      if (hot[c]! >= 0) addScaled(margins, at, weights, (width + hot[c]!) * outputs, 1, outputs);
    }
  }
}

/** gradient = transpose(design) x residuals, written over; residuals are rows x outputs. */
export function multiplyTransposed(
  design: Design,
  residuals: Float64Array,
  outputs: number,
  gradient: Float64Array,
): void {
  const { rows, width, dense, hotColumns, hotWidth, hot } = design;
  const intercept = (width + hotWidth) * outputs;
  gradient.fill(0);
  if (outputs === 1) {
    for (let i = 0; i < rows; i++) {
      const residual = residuals[i]!;
      const row = i * width;
      for (let j = 0; j < width; j++) gradient[j]! += dense[row + j]! * residual;
      for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++)
        if (hot[c]! >= 0) gradient[width + hot[c]!]! += residual;
      gradient[intercept]! += residual;
    }
    return;
  }
  for (let i = 0; i < rows; i++) {
    const at = i * outputs;
    for (let j = 0; j < width; j++) addScaled(gradient, j * outputs, residuals, at, dense[i * width + j]!, outputs);
    for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) {
      if (hot[c]! >= 0) addScaled(gradient, (width + hot[c]!) * outputs, residuals, at, 1, outputs);
    }
    addScaled(gradient, intercept, residuals, at, 1, outputs);
  }
}

function addScaled(
  to: Float64Array,
  toAt: number,
  from: Float64Array,
  fromAt: number,
  factor: number,
  count: number,
): void {
  if (factor === 0) return;
  for (let k = 0; k < count; k++) to[toAt + k]! += factor * from[fromAt + k]!;
}

/** Mean square of every column, the intercept's left out. */
export function columnSquares(design: Design): Float64Array {
  const { rows, width, dense, hotColumns, hotWidth, hot } = design;
  const sums = new Float64Array(width + hotWidth);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) sums[j]! += (dense[i * width + j]! * dense[i * width + j]!) / rows;
    for (let c = i * hotColumns; c < (i + 1) * hotColumns; c++) if (hot[c]! >= 0) sums[width + hot[c]!]! += 1 / rows;
  }
  return sums;
}

export interface MarginLoss {
  /** the weighted mean over rows; writes its derivative per margin */
  mean(margins: Float64Array, derivative: Float64Array | null): number;
  /** second derivative at margins of zero */
  curvature: number;
}

function totalOf(target: Float64Array, weights: Float64Array | undefined): number {
  return weights ? weights.reduce((sum, weight) => sum + weight, 0) : target.length;
}

export function logisticLoss(target: Float64Array, weights?: Float64Array): MarginLoss {
  const total = totalOf(target, weights);
  const mean: MarginLoss['mean'] = (margins, derivative) => {
    let sum = 0;
    for (let i = 0; i < target.length; i++) {
      const margin = margins[i]!;
      const e = Math.exp(-Math.abs(margin));
      const p = margin >= 0 ? 1 / (1 + e) : e / (1 + e);
      const w = weights ? weights[i]! : 1;
      sum += w * (Math.log1p(e) + Math.max(margin, 0) - target[i]! * margin);
      if (derivative) derivative[i] = (w * (p - target[i]!)) / total;
    }
    return sum / total;
  };
  return { mean, curvature: 0.25 };
}

export function softmaxLoss(target: Float64Array, classes: number, weights?: Float64Array): MarginLoss {
  const total = totalOf(target, weights);
  const mean: MarginLoss['mean'] = (margins, derivative) => {
    const rows = target.length;
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const at = i * classes;
      let top = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) if (margins[at + k]! > top) top = margins[at + k]!;
      let all = 0;
      for (let k = 0; k < classes; k++) all += Math.exp(margins[at + k]! - top);
      const w = weights ? weights[i]! : 1;
      sum += w * (Math.log(all) + top - margins[at + target[i]!]!);
      if (!derivative) continue;
      for (let k = 0; k < classes; k++) {
        const p = Math.exp(margins[at + k]! - top) / all;
        derivative[at + k] = (w * (p - (k === target[i] ? 1 : 0))) / total;
      }
    }
    return sum / total;
  };
  return { mean, curvature: (classes - 1) / classes ** 2 };
}

export function squaredLoss(target: Float64Array, weights?: Float64Array): MarginLoss {
  const total = totalOf(target, weights);
  const mean: MarginLoss['mean'] = (margins, derivative) => {
    let sum = 0;
    for (let i = 0; i < target.length; i++) {
      const gap = margins[i]! - target[i]!;
      const w = weights ? weights[i]! : 1;
      sum += (w * gap * gap) / 2;
      if (derivative) derivative[i] = (w * gap) / total;
    }
    return sum / total;
  };
  return { mean, curvature: 1 };
}
