import { kernelSha256 } from './generated/kernel.ts';
import type { TreeModel } from './types.ts';

/**
 * What a model says of its fit: `facts` (objective or task), every parameter, the seed and the kernel it was made with.
 * Plain JSON, copied, so that what the caller changes later does not change the model.
 */
export function aboutFit(facts: Record<string, unknown>, parameters: object, seed: number): TreeModel['about'] {
  return { ...structuredClone({ ...facts, parameters, seed }), kernel: kernelSha256 };
}
