import { createRandom, deriveSeed, type Table } from '@laurel/tabular';
import { type DesignEncoder, fitDesign, restoreDesign } from '../../features/design.ts';
import { type Expansion, fitExpansion, restoreExpansion } from '../../features/expand.ts';
import { targetOutputs } from '../../features/outputs.ts';
import { choiceOf, numberOf } from '../config.ts';
import { everyRow, pick } from '../rows.ts';
import { joinStates, partOf, tensorOf } from '../states.ts';
import type { Family, FitInput, FittedModel, ModelState } from '../types.ts';
import { forward } from './forward.ts';
import { mlpInfo } from './info.ts';
import { type Activation, createNetwork, type Layer, type Network } from './network.ts';
import { fitOutput, lossSlopeOf, type NetworkOutput, predictionsOf, startOf } from './output.ts';
import type { Trained } from './train.ts';

/** A multilayer perceptron after RealMLP-TD-S (Holzmüller et al. 2024). Predictions need no TensorFlow.js. */
export const family: Family = { fit, restore };

interface Parts {
  expansion: Expansion;
  encoder: DesignEncoder;
  output: NetworkOutput;
  network: Network;
}

interface Header {
  output: NetworkOutput;
  activation: Activation;
  shapes: [number, number][];
  epochs: number;
}

async function fit(input: FitInput): Promise<FittedModel> {
  input.signal?.throwIfAborted();
  const { loadTensors } = await import('../../backend/tfjs.ts'); // here, because predictions do without
  await loadTensors();
  const { train: rows, task, classes, config } = input;
  const target = pick(rows.target, rows.rows);
  const outputs = targetOutputs(task, classes, rows.target, rows.rows);
  const { expansion, training } = fitExpansion(rows.features, rows.rows, outputs, {
    cyclicDates: true,
    words: 100,
    levelLimit: 50,
    levelMinCount: Math.min(3, 1 + rows.rows.length / 200),
    seed: deriveSeed(input.seed, 'features'),
  });
  const sizes = expansion.categories.map((category) => category.size);
  const encoder = fitDesign(training, sizes, { kind: 'robust', skewLimit: null, pieces: 0, signedPairs: true });
  const output = fitOutput(task, classes, target);
  const number = (key: keyof typeof mlpInfo.space) => numberOf(config, mlpInfo.space, key);
  const shape = {
    inputs: encoder.width + encoder.hotWidth,
    width: Number(choiceOf(config, mlpInfo.space, 'width')),
    layers: number('layers'),
    outputs: output.width,
    activation: choiceOf(config, mlpInfo.space, 'activation') as Activation,
  };
  const network = createNetwork(shape, startOf(output, target), createRandom(deriveSeed(input.seed, 'weights')));
  const { train } = await import('./train.ts');
  const trained = await train(input, network, {
    design: encoder.encode(training),
    lossSlope: lossSlopeOf(output, target),
    toPredictions: (values, count) => predictionsOf(output, values, count),
    validation: input.validation && {
      design: encoder.encode(expansion.transform(input.validation.features, input.validation.rows)),
      target: pick(input.validation.target, input.validation.rows),
    },
    learningRate: number('learningRate'),
    dropout: number('dropout'),
    weightDecay: number('weightDecay'),
    epochs: number('epochs'),
  });
  return createModel({ expansion, encoder, output, network: trained.network }, trained);
}

async function restore(state: ModelState): Promise<FittedModel> {
  const own = partOf(state, 'network');
  const { output, activation, shapes, epochs } = own.header as Header;
  const layers = shapes.map(([inputs, outputs], l): Layer => {
    const weights = tensorOf(own, `weights${l}`, Float32Array);
    return { inputs, outputs, weights, bias: tensorOf(own, `bias${l}`, Float32Array) };
  });
  const network = { scale: tensorOf(own, 'scale', Float32Array), layers, activation };
  const expansion = restoreExpansion(partOf(state, 'features'));
  const parts = { expansion, encoder: restoreDesign(partOf(state, 'design')), output, network };
  return createModel(parts, { epochs, curve: [], truncated: false });
}

function createModel(parts: Parts, trained: Omit<Trained, 'network'>): FittedModel {
  const { expansion, encoder, output, network } = parts;
  return {
    predict(table: Table, rows = everyRow(table)) {
      const design = encoder.encode(expansion.transform(table, rows));
      return predictionsOf(output, forward(network, design), rows.length);
    },
    curve: trained.curve,
    iterations: trained.epochs,
    truncated: trained.truncated,
    ...(trained.decided ? { decided: trained.decided } : {}),
    state() {
      const tensors: ModelState['tensors'] = { scale: network.scale };
      for (const [l, layer] of network.layers.entries()) {
        tensors[`weights${l}`] = layer.weights;
        tensors[`bias${l}`] = layer.bias;
      }
      const shapes = network.layers.map((layer): [number, number] => [layer.inputs, layer.outputs]);
      const header: Header = { output, activation: network.activation, shapes, epochs: trained.epochs };
      return joinStates({ features: expansion.state(), design: encoder.state(), network: { header, tensors } });
    },
    dispose: () => {},
  };
}
