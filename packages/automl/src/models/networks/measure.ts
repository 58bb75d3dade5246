import { createRandom } from '@laurel/tabular';
import { loadTensors } from '../../backend/tfjs.ts';
import { initialValues } from './initial.ts';
import { createLearner } from './learner.ts';
import { fitOutput, lossSlopeOf } from './output.ts';
import { realmlpRates } from './recipe.ts';
import type { Structure } from './structure.ts';

/** A network and a batch of random numbers, for measuring what one step of training takes. */
export async function openStep(
  structure: Structure,
  rows: number,
): Promise<{ step(): void; dispose(): void; backend: string }> {
  const backend = await loadTensors();
  const random = createRandom(1);
  const inputs = Float32Array.from({ length: rows * structure.inputs }, () => random.normal());
  const target = Float64Array.from({ length: rows }, () => random.int(structure.outputs));
  const output = fitOutput('multiclass', structure.outputs, target);
  const start = new Float64Array(structure.outputs);
  const values = initialValues(structure, { start: 'uniform', waveWidth: 0.1 }, { inputs, rows }, start, random);
  const learner = createLearner(structure, values, realmlpRates, lossSlopeOf(output, { target, weights: null }));
  const batch = Int32Array.from({ length: rows }, (_, i) => i);
  let seed = 0;
  return {
    backend,
    step: () => learner.step(inputs, batch, { learningRate: 0.001, weightDecay: 0.01, dropout: 0.15, seed: seed++ }),
    dispose: () => learner.dispose(),
  };
}
