import { crc32 } from 'node:zlib';
import { TreesError } from '../errors.ts';
import type { TreeModel } from '../types.ts';
import { canonicalJson } from './canonical-json.ts';
import {
  checksumBytes,
  formatVersion,
  type ModelArrays,
  magic,
  modelSizes,
  planSections,
  prefixBytes,
  tableOfBinning,
} from './format.ts';

/** A model as bytes to keep (format.ts says how). The same model gives the same bytes, in any process. */
export function encodeModel(model: TreeModel): Uint8Array {
  const sizes = modelSizes(model);
  const header = encodeHeader(model);
  const { sections, fileBytes } = planSections(sizes, header.length);
  const file = new Uint8Array(fileBytes);
  const view = new DataView(file.buffer);
  file.set(magic);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, header.length, true);
  view.setBigUint64(16, BigInt(fileBytes), true);
  file.set(header, prefixBytes);
  const arrays: ModelArrays = { ...tableOfBinning(model.binning, sizes), ...model.ensemble };
  for (const { name, at, bytes } of sections) {
    if (bytes === 0) continue;
    const array = arrays[name];
    if (array.byteLength !== bytes) {
      throw new TreesError(
        'INVALID_DATA',
        `The model cannot be written: ${name} has ${array.byteLength} bytes where its trees need ${bytes}.`,
      );
    }
    file.set(new Uint8Array(array.buffer, array.byteOffset, bytes), at);
  }
  view.setUint32(fileBytes - checksumBytes, crc32(file.subarray(0, fileBytes - checksumBytes)), true);
  return file;
}

/** Exact length of `encodeModel(model)`, without encoding its trees. */
export function encodedModelBytes(model: TreeModel): number {
  return planSections(modelSizes(model), encodeHeader(model).length).fileBytes;
}

/** What is known about a model before it is fitted; everything is "at most". */
export interface ModelPlan {
  trees: number;
  /** per tree */
  leaves: number;
  leafWidth: number;
  outputs: number;
  features: number;
  /** bins for values of a numeric feature; default 255 */
  bins?: number;
  /** features that are categorical; default 0 */
  categorical?: number;
  /** levels of all categorical features together; default 0 */
  levels?: number;
  /** length of `about` as JSON; default 16,384 */
  aboutBytes?: number;
}

/** Upper bound of the length that a model will have as bytes, for a plan that is kept. */
export function predictedModelBytes(plan: ModelPlan): number {
  const { trees, leaves, leafWidth, outputs, features, bins = 255, categorical = 0, levels = 0 } = plan;
  const nodes = trees * Math.max(0, leaves - 1);
  const sizes = {
    features,
    bounds: (features - categorical) * bins,
    levels,
    trees,
    outputs,
    leafWidth,
    nodes,
    leaves: trees * Math.max(1, leaves),
    sets: categorical > 0 ? nodes : 0,
  };
  const facts = 512;
  return planSections(sizes, facts + (plan.aboutBytes ?? 16_384)).fileBytes;
}

function encodeHeader(model: TreeModel): Uint8Array {
  const { kind, link, about } = model;
  return new TextEncoder().encode(canonicalJson({ kind, link, about, sizes: modelSizes(model) }));
}
