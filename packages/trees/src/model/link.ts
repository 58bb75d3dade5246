import { TreesError } from '../errors.ts';
import type { Kernel } from '../kernel/module.ts';
import type { TreeModel } from '../types.ts';

type LinkExports = Pick<Kernel<never>['exports'], 'linkExp' | 'linkLogistic' | 'linkSoftmax'>;

/** Predictions per row: 2 probabilities for a logistic link, otherwise one number per output. */
export function predictionWidth(link: TreeModel['link'], outputs: number): number {
  if (link !== 'logistic') return outputs;
  if (outputs !== 1) {
    throw new TreesError('INVALID_PARAMETER', `A logistic link needs 1 output; the model has ${outputs}.`);
  }
  return 2;
}

/**
 * Turns raw numbers (f64, rows x outputs) at the address `raw` into predictions. Returns their address: `raw` itself,
 * or `linked` (room for rows x 2) for a logistic link. Probabilities are finite and add up to 1 for any raw numbers.
 */
export function applyLink(
  exports: LinkExports,
  link: TreeModel['link'],
  outputs: number,
  rows: number,
  raw: number,
  linked: number,
): number {
  switch (link) {
    case 'exp':
      exports.linkExp(raw, rows * outputs);
      return raw;
    case 'softmax':
      exports.linkSoftmax(raw, rows, outputs);
      return raw;
    case 'logistic':
      exports.linkLogistic(raw, rows, linked);
      return linked;
    case 'identity':
    case 'none':
      return raw;
  }
}
