import { createWatch, type Watch } from '../early-stopping.ts';
import type { Pace } from '../pace.ts';
import type { FitInput } from '../types.ts';
import { minimise } from './lbfgs.ts';
import { logisticLoss, type MarginLoss, softmaxLoss, squaredLoss } from './losses.ts';
import type { Products } from './products.ts';
import { gramOf, solveRidge } from './ridge.ts';

/** Above this many columns a normal equation costs more than passes over the rows. */
const gramColumns = 1200;
/** Products of two numbers, over all rows, that take some ten seconds: passes have a model from the first on. */
const gramProducts = 1e11;
/** steps without a better validation score before the path ends */
const patience = 3;

export interface Path {
  weights: Float64Array;
  penalty: number;
  step: number;
  curve: [number, number][];
  truncated: boolean;
}

export interface PathData {
  products: Products;
  /** class index, or the standardised (possibly log) target */
  target: Float64Array;
  /** weight per row; absent: 1 each */
  weights?: Float64Array | undefined;
  /** predictions of validation rows for some weights, and their targets in original units; null: only the last penalty */
  validation: { target: Float64Array; predict(weights: Float64Array): Float64Array } | null;
  /** falling; relative to the mean loss */
  penalties: readonly number[];
}

/** Penalties from strong to weak for n rows: C = 1e-3 .. 1e4 in scikit-learn's terms for classes, finer for ridge. */
export function penaltiesFor(task: FitInput['task'], rows: number, columns: number): number[] {
  const step = columns > 400 ? 1 : 0.5;
  const [from, to] = task === 'regression' ? [1, -7] : [3 - Math.log10(rows), -4 - Math.log10(rows)];
  const penalties: number[] = [];
  for (let exponent = from; exponent >= to - 1e-9; exponent -= step) penalties.push(10 ** exponent);
  return penalties;
}

/** Fits every penalty, each from the weights of the one before, and keeps those that score best on the validation rows. */
export async function fitPath(input: FitInput, data: PathData, pace: Pace): Promise<Path> {
  const { design } = data.products;
  const columns = design.width + design.hotWidth;
  const isOver = async () => {
    await pace.breathe();
    return pace.isOver();
  };
  const gram = isSolved(input, design) ? await gramOf(design, data.target, data.weights, isOver) : null;
  const loss = lossOf(input, data);
  const watch = data.validation && watchOf(input, data.validation.target);
  let weights = startWeights(input, data, columns);
  let best: Path = {
    weights: weights.slice(),
    penalty: Number.POSITIVE_INFINITY,
    step: 0,
    curve: [],
    truncated: false,
  };
  let finished = true;
  for (const [index, penalty] of data.penalties.entries()) {
    if (pace.isOver()) finished = false;
    if (!finished && index > 0) break;
    if (gram) {
      weights = solveRidge(gram, penalty);
    } else {
      finished = (await minimise(data.products, loss, penalty, weights, isOver)) && finished;
    }
    const better = !watch || watch.see(index + 1, data.validation!.predict(weights));
    if (better) best = { ...best, weights: weights.slice(), penalty, step: index + 1 };
    if (watch?.isOver(index + 1)) break;
    await pace.breathe();
  }
  return { ...best, curve: watch?.curve ?? [], truncated: !finished };
}

/** Ridge regression in closed form, where that is quicker or quick enough. */
function isSolved({ task }: FitInput, { rows, width, hotWidth }: PathData['products']['design']): boolean {
  return task === 'regression' && width + hotWidth <= gramColumns && rows * width * width <= gramProducts;
}

function watchOf(input: FitInput, target: Float64Array): Watch {
  const { task, classes, metric, onIteration } = input;
  return createWatch({ task, classes, target, metric, patience: () => patience, onIteration });
}

function lossOf(input: FitInput, { target, weights }: PathData): MarginLoss {
  if (input.task === 'regression') return squaredLoss(target, weights);
  return input.classes === 2 ? logisticLoss(target, weights) : softmaxLoss(target, input.classes, weights);
}

/** All weights zero; intercepts that give the class shares, with half a row for a class that does not occur. */
function startWeights(input: FitInput, data: PathData, columns: number): Float64Array {
  const { outputs } = data.products;
  const weights = new Float64Array((columns + 1) * outputs);
  if (input.task === 'regression') return weights;
  const counts = new Float64Array(input.classes).fill(0.5);
  data.target.forEach((value, i) => {
    counts[value]! += data.weights ? data.weights[i]! : 1;
  });
  if (outputs === 1) weights[columns] = Math.log(counts[1]! / counts[0]!);
  else for (let k = 0; k < outputs; k++) weights[columns * outputs + k] = Math.log(counts[k]! / data.target.length);
  return weights;
}
