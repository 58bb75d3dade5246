import { crc32 } from 'node:zlib';
import { TreesError } from '../errors.ts';
import type { TreeModel } from '../types.ts';
import { modelFault } from './check.ts';
import {
  binningOfTable,
  checksumBytes,
  formatVersion,
  type ModelArrays,
  type ModelSizes,
  magic,
  planSections,
  prefixBytes,
  sizeNames,
} from './format.ts';

const kinds: readonly string[] = ['boosting', 'forest', 'isolation'] satisfies TreeModel['kind'][];
const links: readonly string[] = ['identity', 'exp', 'logistic', 'softmax', 'none'] satisfies TreeModel['link'][];

/**
 * Reads what encodeModel wrote, strictly: nothing in the bytes is trusted or run. Throws MODEL_VERSION for another
 * version of the format and MODEL_CORRUPT for everything else that is not a sound model.
 */
export function decodeModel(bytes: Uint8Array): TreeModel {
  const headerBytes = readPrefix(bytes);
  const header = readHeader(bytes.subarray(prefixBytes, prefixBytes + headerBytes));
  const { sizes } = header;
  const { sections, fileBytes } = planSections(sizes, headerBytes);
  if (fileBytes !== bytes.length) throw corrupt('its parts do not fill the file');
  const arrays = Object.fromEntries(
    sections.map(({ name, at, bytes: length, make }) => {
      const copy = new Uint8Array(length);
      copy.set(bytes.subarray(at, at + length));
      return [name, make(copy.buffer)];
    }),
  ) as unknown as ModelArrays;
  const { featureKind, featureLength, featureBins, featureUnseen, bounds, binOfLevel, ...trees } = arrays;
  const binning = binningOfTable({ featureKind, featureLength, featureBins, featureUnseen, bounds, binOfLevel });
  if (binning === null) throw corrupt('the bins of its columns do not fit their lengths');
  if (sizes.sets === 0) trees.set = new Int32Array(sizes.nodes).fill(-1);
  const model: TreeModel = {
    kind: header.kind,
    binning,
    ensemble: { trees: sizes.trees, outputs: sizes.outputs, leafWidth: sizes.leafWidth, ...trees },
    link: header.link,
    about: header.about,
  };
  const fault = modelFault(model);
  if (fault !== null) throw corrupt(`it ${fault}`);
  return model;
}

/** Checks all that can be checked without the header; returns the header's length. */
function readPrefix(bytes: Uint8Array): number {
  if (bytes.length < prefixBytes + checksumBytes || magic.some((byte, index) => bytes[index] !== byte)) {
    throw corrupt('it does not begin like one');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== formatVersion) {
    throw new TreesError(
      'MODEL_VERSION',
      `The model is in version ${version} of the format; this program reads version ${formatVersion}. Use the program that wrote it, or train the model again.`,
    );
  }
  const end = bytes.length - checksumBytes;
  if (view.getBigUint64(16, true) !== BigInt(bytes.length)) throw corrupt('it is cut off or something follows it');
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) throw corrupt('its checksum is wrong');
  const headerBytes = view.getUint32(12, true);
  if (prefixBytes + headerBytes > end) throw corrupt('its header is longer than the file');
  return headerBytes;
}

function readHeader(bytes: Uint8Array): Pick<TreeModel, 'kind' | 'link' | 'about'> & { sizes: ModelSizes } {
  const header = parseJson(bytes);
  if (!isObject(header) || !isObject(header.about) || !isObject(header.sizes))
    throw corrupt('its header is incomplete');
  const { kind, link, about } = header;
  if (typeof kind !== 'string' || !kinds.includes(kind)) throw corrupt('it is of an unknown kind');
  if (typeof link !== 'string' || !links.includes(link)) throw corrupt('its link is unknown');
  const sizes: Partial<ModelSizes> = {};
  for (const name of sizeNames) {
    const size = header.sizes[name];
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0 || size > 2 ** 31 - 1) {
      throw corrupt(`its number of ${name} is wrong`);
    }
    sizes[name] = size;
  }
  return { kind: kind as TreeModel['kind'], link: link as TreeModel['link'], about, sizes: sizes as ModelSizes };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw corrupt(`its header is no JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function corrupt(reason: string): TreesError {
  return new TreesError(
    'MODEL_CORRUPT',
    `This is no sound model: ${reason}. Take another copy of the file, or train the model again.`,
  );
}
