import { createRandom, deriveSeed, type Table } from '@laurel/tabular';
import { type Design, type DesignEncoder, fitDesign, restoreDesign } from '../../features/design.ts';
import { type Expanded, type Expansion, fitExpansion, restoreExpansion } from '../../features/expand.ts';
import { targetOutputs } from '../../features/outputs.ts';
import { choiceOf, numberOf } from '../config.ts';
import { createPace, type Pace } from '../pace.ts';
import { everyRow, pick } from '../rows.ts';
import { joinStates, partOf, tensorOf } from '../states.ts';
import type { Family, FitInput, FittedModel, ModelState } from '../types.ts';
import { linearInfo, piecesWithin, wordsOfText } from './info.ts';
import { fitOutput, type LinearOutput, toFitted, toPredictions, withSmear } from './output.ts';
import { fitPath, type Path, type PathData, penaltiesFor } from './path.ts';
import { createProducts, multiply } from './products.ts';

/** Ridge regression in closed form; logistic and softmax regression by L-BFGS; the penalty is chosen on validation rows. */
export const family: Family = { fit, restore };

interface Parts {
  expansion: Expansion;
  encoder: DesignEncoder;
  output: LinearOutput;
  weights: Float64Array;
}

async function fit(input: FitInput): Promise<FittedModel> {
  input.signal?.throwIfAborted();
  const { train, task, classes } = input;
  const target = pick(train.target, train.rows);
  const { expansion, training } = fitExpansion(
    train.features,
    train.rows,
    targetOutputs(task, classes, train.target, train.rows, train.blocks),
    {
      cyclicDates: true,
      words: wordsOfText,
      levelLimit: numberOf(input.config, linearInfo.space, 'levelLimit'),
      levelMinCount: Math.min(numberOf(input.config, linearInfo.space, 'levelMinCount'), 1 + train.rows.length / 200),
      coded: input.features?.coded,
      seed: deriveSeed(input.seed, 'features'),
    },
  );
  const sizes = expansion.categories.map((category) => category.size);
  const encoder = fitDesign(training, sizes, { ...scalingOf(input, training), signedPairs: false });
  const wantsLog = choiceOf(input.config, linearInfo.space, 'logTarget') === true;
  const output = fitOutput(task, classes, target, wantsLog);
  const outputs = task === 'regression' || classes === 2 ? 1 : classes;
  const products = createProducts(encoder.encode(training), outputs);
  const { design } = products;
  const penalties = penaltiesFor(task, design.rows, design.width + design.hotWidth);
  const weights = train.weights && pick(train.weights, train.rows);
  const data = { products, target: toFitted(output, target), weights, penalties };
  const validation = input.validation && {
    target: pick(input.validation.target, input.validation.rows),
    design: encoder.encode(expansion.transform(input.validation.features, input.validation.rows)),
  };
  const pace = createPace(input);
  const path = validation
    ? await fitPath(input, { ...data, validation: scored(input, data, output, target, validation) }, pace)
    : await fitAlone(input, data, output, target, pace);
  const margins = new Float64Array(design.rows * outputs);
  multiply(design, path.weights, outputs, margins);
  const parts = { expansion, encoder, output: withSmear(output, margins, input, target), weights: path.weights };
  return createModel(parts, path, pace.decided());
}

/** Without validation rows the penalty is chosen on a fifth of the training rows; then all of them are fitted with it. */
async function fitAlone(
  input: FitInput,
  data: Omit<PathData, 'validation'>,
  output: LinearOutput,
  target: Float64Array,
  pace: Pace,
): Promise<Path> {
  const order = createRandom(deriveSeed(input.seed, 'penalty')).shuffle(Int32Array.from(target.keys()));
  const held = order.slice(0, Math.floor(target.length / 5)).sort();
  const rest = order.slice(held.length).sort();
  if (held.length < 5) {
    const middle = data.penalties.slice(0, Math.ceil(data.penalties.length / 2));
    return fitPath(input, { ...data, penalties: middle, validation: null }, pace);
  }
  const part = {
    ...data,
    products: createProducts(designRows(data.products.design, rest), data.products.outputs),
    target: pick(data.target, rest),
    weights: data.weights && pick(data.weights, rest),
  };
  const heldRows = { design: designRows(data.products.design, held), target: pick(target, held) };
  const scoring = scored(input, part, output, pick(target, rest), heldRows);
  const chosen = await fitPath(input, { ...part, validation: scoring }, pace);
  const penalties = data.penalties.slice(0, Math.max(1, chosen.step));
  const path = await fitPath(input, { ...data, penalties, validation: null }, pace);
  return { ...path, truncated: path.truncated || chosen.truncated };
}

/** Predicts some rows from weights, in the units of the target. */
function scored(
  input: FitInput,
  data: Omit<PathData, 'validation'>,
  output: LinearOutput,
  target: Float64Array,
  held: { design: Design; target: Float64Array },
): NonNullable<PathData['validation']> {
  const { design, outputs } = data.products;
  const margins = new Float64Array(held.design.rows * outputs);
  const own = output.log ? new Float64Array(design.rows) : null;
  return {
    target: held.target,
    predict(weights) {
      multiply(held.design, weights, outputs, margins);
      if (!own) return toPredictions(output, margins, held.design.rows);
      multiply(design, weights, 1, own);
      return toPredictions(withSmear(output, own, input, target), margins, held.design.rows);
    },
  };
}

async function restore(state: ModelState): Promise<FittedModel> {
  const own = partOf(state, 'linear');
  const { output, step } = own.header as { output: LinearOutput; step: number };
  const parts = {
    expansion: restoreExpansion(partOf(state, 'features')),
    encoder: restoreDesign(partOf(state, 'design')),
    output,
    weights: tensorOf(own, 'weights', Float64Array),
  };
  return createModel(parts, { curve: [], step, truncated: false });
}

function createModel(
  parts: Parts,
  path: Pick<Path, 'curve' | 'step' | 'truncated'>,
  decided?: FittedModel['decided'],
): FittedModel {
  const { expansion, encoder, output, weights } = parts;
  const outputs = weights.length / (encoder.width + encoder.hotWidth + 1);
  return {
    predict(table: Table, rows = everyRow(table)) {
      const design = encoder.encode(expansion.transform(table, rows));
      const margins = new Float64Array(rows.length * outputs);
      multiply(design, weights, outputs, margins);
      return toPredictions(output, margins, rows.length);
    },
    curve: path.curve,
    iterations: path.step,
    truncated: path.truncated,
    ...(decided ? { decided } : {}),
    state: () =>
      joinStates({
        features: expansion.state(),
        design: encoder.state(),
        linear: { header: { output, step: path.step }, tensors: { weights } },
      }),
    dispose: () => {},
  };
}

function scalingOf(input: FitInput, training: Expanded) {
  const skew = choiceOf(input.config, linearInfo.space, 'skewLimit');
  const asked = numberOf(input.config, linearInfo.space, 'pieces');
  return {
    kind: 'standard',
    skewLimit: typeof skew === 'number' ? skew : null,
    pieces: piecesWithin(asked, training.rows, training.numeric.length),
  } as const;
}

function designRows(design: Design, rows: Int32Array): Design {
  const { width, hotColumns, hotWidth } = design;
  const dense = new Float64Array(rows.length * width);
  const hot = new Int32Array(rows.length * hotColumns);
  for (const [i, row] of rows.entries()) {
    dense.set(design.dense.subarray(row * width, (row + 1) * width), i * width);
    hot.set(design.hot.subarray(row * hotColumns, (row + 1) * hotColumns), i * hotColumns);
  }
  return { rows: rows.length, width, dense, hotColumns, hotWidth, hot };
}
