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
