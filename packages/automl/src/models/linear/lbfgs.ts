import type { MarginLoss } from './losses.ts';
import type { Products } from './products.ts';

const memory = 10;
const iterationLimit = 150;
const gradientLimit = 1e-4;
const progressLimit = 1e-6;

/**
 * Minimises loss(design x weights) + penalty / 2 |weights without intercepts|^2 in place, by limited-memory BFGS
 * (Nocedal 1980; Liu and Nocedal 1989). The margins along a direction
 * are linear, so a line search costs no pass over the design; the start of the inverse Hessian is its diagonal at zero margins.
 * `isOver` is asked once per iteration; false means it was stopped early.
 */
export async function minimise(
  products: Products,
  loss: MarginLoss,
  penalty: number,
  weights: Float64Array,
  isOver: () => boolean | Promise<boolean>,
): Promise<boolean> {
  const { design, outputs } = products;
  const size = weights.length;
  const penalised = size - outputs;
  const margins = new Float64Array(design.rows * outputs);
  const ahead = new Float64Array(margins.length);
  const along = new Float64Array(margins.length);
  const derivative = new Float64Array(margins.length);
  const gradient = new Float64Array(size);
  const before = new Float64Array(size);
  const diagonal = inverseDiagonal(products, loss.curvature, penalty);
  const history = createHistory(diagonal);
  products.multiply(weights, margins);
  let value = loss.mean(margins, derivative) + (penalty / 2) * squares(weights, penalised);
  fillGradient();

  for (let iteration = 0; iteration < iterationLimit; iteration++) {
    if (largest(gradient) < gradientLimit) return true;
    if (await isOver()) return false;
    const direction = history.direction(gradient);
    const slope = dot(direction, gradient, size);
    products.multiply(direction, along);
    const own = squares(weights, penalised);
    const cross = dot(weights, direction, penalised);
    const far = squares(direction, penalised);
    const valueAt = (step: number) => {
      for (let i = 0; i < margins.length; i++) ahead[i] = margins[i]! + step * along[i]!;
      return loss.mean(ahead, null) + (penalty / 2) * (own + 2 * step * cross + step * step * far);
    };
    const found = searchStep(valueAt, value, slope, 1);
    if (!found) return true;
    const previous = value;
    value = found.value;
    for (let i = 0; i < size; i++) weights[i]! += found.step * direction[i]!;
    for (let i = 0; i < margins.length; i++) margins[i]! += found.step * along[i]!;
    before.set(gradient);
    loss.mean(margins, derivative);
    fillGradient();
    history.remember(direction, found.step, gradient, before);
    if (previous - value <= progressLimit * Math.max(1e-3, Math.abs(value))) return true;
  }
  return true;

  function fillGradient(): void {
    products.multiplyTransposed(derivative, gradient);
    for (let i = 0; i < penalised; i++) gradient[i]! += penalty * weights[i]!;
  }
}

/** Armijo's rule: longer steps while they help, shorter ones by quadratic interpolation. Null: no step makes it better. */
function searchStep(
  valueAt: (step: number) => number,
  value: number,
  slope: number,
  first: number,
): { step: number; value: number } | null {
  let step = first;
  let found = valueAt(step);
  if (found <= value + 1e-4 * step * slope) {
    for (let i = 0; i < 2; i++) {
      const longer = valueAt(step * 2);
      if (!(longer < found)) break;
      step *= 2;
      found = longer;
    }
    return { step, value: found };
  }
  for (let i = 0; i < 30; i++) {
    const curved = (-slope * step * step) / (2 * (found - value - slope * step));
    step = Number.isFinite(curved) ? Math.min(0.5 * step, Math.max(0.1 * step, curved)) : 0.1 * step;
    found = valueAt(step);
    if (found <= value + 1e-4 * step * slope) return { step, value: found };
  }
  return null;
}

/** The last pairs of (change of weights, change of gradient) and the two-loop recursion over them. */
function createHistory(diagonal: Float64Array) {
  const size = diagonal.length;
  const steps: Float64Array[] = [];
  const changes: Float64Array[] = [];
  const inverses: number[] = [];
  return {
    direction(gradient: Float64Array): Float64Array {
      const direction = gradient.map((value) => -value);
      const shares: number[] = [];
      for (let i = steps.length - 1; i >= 0; i--) {
        shares[i] = inverses[i]! * dot(steps[i]!, direction, size);
        addTo(direction, changes[i]!, -shares[i]!);
      }
      const last = steps.length - 1;
      const scale = last < 0 ? 1 : 1 / (inverses[last]! * weightedSquares(changes[last]!, diagonal));
      for (let i = 0; i < size; i++) direction[i]! *= scale * diagonal[i]!;
      for (let i = 0; i < steps.length; i++) {
        addTo(direction, steps[i]!, shares[i]! - inverses[i]! * dot(changes[i]!, direction, size));
      }
      return dot(direction, gradient, size) < 0 ? direction : gradient.map((value) => -value);
    },
    remember(direction: Float64Array, step: number, gradient: Float64Array, before: Float64Array): void {
      const moved = direction.map((value) => value * step);
      const change = gradient.map((value, i) => value - before[i]!);
      const curvature = dot(moved, change, size);
      if (!(curvature > 1e-12 * Math.sqrt(squares(moved, size) * squares(change, size)))) return;
      steps.push(moved);
      changes.push(change);
      inverses.push(1 / curvature);
      if (steps.length <= memory) return;
      steps.shift();
      changes.shift();
      inverses.shift();
    },
  };
}

function addTo(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * from[i]!;
}

function dot(a: Float64Array, b: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[i]! * b[i]!;
  return sum;
}

function squares(a: Float64Array, count: number): number {
  return dot(a, a, count);
}

function weightedSquares(a: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * a[i]! * weights[i]!;
  return sum;
}

/** 1 / (curvature x mean square of the column + penalty), the intercepts without penalty. */
function inverseDiagonal({ columnSquares, outputs }: Products, curvature: number, penalty: number): Float64Array {
  const diagonal = new Float64Array((columnSquares.length + 1) * outputs).fill(1 / curvature);
  for (let j = 0; j < columnSquares.length; j++) {
    diagonal.fill(1 / (curvature * (columnSquares[j]! + 1e-6) + penalty), j * outputs, (j + 1) * outputs);
  }
  return diagonal;
}

function largest(a: Float64Array): number {
  let top = 0;
  for (let i = 0; i < a.length; i++) top = Math.max(top, Math.abs(a[i]!));
  return top;
}
