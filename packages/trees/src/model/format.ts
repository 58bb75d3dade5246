import type { FeatureBinning, TreeEnsemble, TreeModel } from '../types.ts';

// A model as bytes, little-endian: 8 bytes magic, u32 version, u32 length of the header, u64 length of everything, the
// header (JSON), sections (each from a multiple of 8), CRC-32 of all bytes before it.

export const magic: readonly number[] = [...'LRLTREES'].map((letter) => letter.charCodeAt(0));
export const formatVersion = 1;
/** bytes before the header */
export const prefixBytes = 24;
export const checksumBytes = 4;

/** What the sections' lengths follow from. */
export interface ModelSizes {
  features: number;
  /** bounds of all numeric features together */
  bounds: number;
  /** levels of all categorical features together */
  levels: number;
  trees: number;
  outputs: number;
  leafWidth: number;
  nodes: number;
  leaves: number;
  /** sets of bins; without any, nodes do not have the section for them */
  sets: number;
}

export const sizeNames = [
  'features',
  'bounds',
  'levels',
  'trees',
  'outputs',
  'leafWidth',
  'nodes',
  'leaves',
  'sets',
] as const satisfies readonly (keyof ModelSizes)[];

/** Features' bins as columns. */
export interface BinningTable {
  /** 0 numeric, 1 categorical */
  featureKind: Uint8Array;
  /** bounds or levels */
  featureLength: Int32Array;
  /** categorical: number of bins and the bin of unseen levels; otherwise 0 */
  featureBins: Uint16Array;
  featureUnseen: Uint8Array;
  /** of one feature after the other */
  bounds: Float64Array;
  binOfLevel: Uint8Array;
}

/** Every array that a file holds. */
export type ModelArrays = BinningTable & Omit<TreeEnsemble, 'trees' | 'outputs' | 'leafWidth'>;

type SectionTypes = { [Name in keyof ModelArrays]: new (buffer: ArrayBuffer) => ModelArrays[Name] };

const sectionTypes: SectionTypes = {
  featureKind: Uint8Array,
  featureLength: Int32Array,
  featureBins: Uint16Array,
  featureUnseen: Uint8Array,
  bounds: Float64Array,
  binOfLevel: Uint8Array,
  base: Float64Array,
  nodeStart: Int32Array,
  leafStart: Int32Array,
  feature: Uint16Array,
  low: Uint8Array,
  width: Uint8Array,
  set: Int32Array,
  left: Int32Array,
  right: Int32Array,
  gain: Float32Array,
  cover: Float32Array,
  leafCover: Float32Array,
  value: Float32Array,
  sets: Uint32Array,
};

export interface Section {
  name: keyof ModelArrays;
  /** from the start of the file */
  at: number;
  bytes: number;
  make: (buffer: ArrayBuffer) => ModelArrays[keyof ModelArrays];
}

/** The sections of a file in their order, and the length of the file. */
export function planSections(sizes: ModelSizes, headerBytes: number): { sections: Section[]; fileBytes: number } {
  const lengths = sectionLengths(sizes);
  let end = align(prefixBytes + headerBytes);
  const sections = (Object.keys(sectionTypes) as (keyof ModelArrays)[]).map((name) => {
    const type = sectionTypes[name] as SectionTypes[typeof name] & { BYTES_PER_ELEMENT: number };
    const bytes = lengths[name] * type.BYTES_PER_ELEMENT;
    const at = end;
    end = align(end + bytes);
    return { name, at, bytes, make: (buffer: ArrayBuffer) => new type(buffer) };
  });
  return { sections, fileBytes: end + checksumBytes };
}

function sectionLengths(sizes: ModelSizes): Record<keyof ModelArrays, number> {
  const { features, bounds, levels, trees, outputs, leafWidth, nodes, leaves, sets } = sizes;
  return {
    featureKind: features,
    featureLength: features,
    featureBins: features,
    featureUnseen: features,
    bounds,
    binOfLevel: levels,
    base: outputs,
    nodeStart: trees + 1,
    leafStart: trees + 1,
    feature: nodes,
    low: nodes,
    width: nodes,
    set: sets > 0 ? nodes : 0,
    left: nodes,
    right: nodes,
    gain: nodes,
    cover: nodes,
    leafCover: leaves,
    value: leaves * leafWidth,
    sets: sets * 8,
  };
}

export function modelSizes({ ensemble, binning }: TreeModel): ModelSizes {
  return {
    features: binning.length,
    bounds: binning.reduce((sum, feature) => sum + (feature.kind === 'numeric' ? feature.upper.length : 0), 0),
    levels: binning.reduce((sum, feature) => sum + (feature.kind === 'categorical' ? feature.binOfLevel.length : 0), 0),
    trees: ensemble.trees,
    outputs: ensemble.outputs,
    leafWidth: ensemble.leafWidth,
    nodes: ensemble.feature.length,
    leaves: ensemble.leafCover.length,
    sets: ensemble.sets.length >> 3,
  };
}

export function tableOfBinning(binning: readonly FeatureBinning[], sizes: ModelSizes): BinningTable {
  const table: BinningTable = {
    featureKind: new Uint8Array(sizes.features),
    featureLength: new Int32Array(sizes.features),
    featureBins: new Uint16Array(sizes.features),
    featureUnseen: new Uint8Array(sizes.features),
    bounds: new Float64Array(sizes.bounds),
    binOfLevel: new Uint8Array(sizes.levels),
  };
  let bounds = 0;
  let levels = 0;
  binning.forEach((feature, index) => {
    if (feature.kind === 'numeric') {
      table.featureLength[index] = feature.upper.length;
      table.bounds.set(feature.upper, bounds);
      bounds += feature.upper.length;
      return;
    }
    table.featureKind[index] = 1;
    table.featureLength[index] = feature.binOfLevel.length;
    table.featureBins[index] = feature.bins;
    table.featureUnseen[index] = feature.unseenBin;
    table.binOfLevel.set(feature.binOfLevel, levels);
    levels += feature.binOfLevel.length;
  });
  return table;
}

/** The opposite of tableOfBinning; null when the lengths do not fit the columns. */
export function binningOfTable(table: BinningTable): FeatureBinning[] | null {
  const binning: FeatureBinning[] = [];
  let bounds = 0;
  let levels = 0;
  for (const [index, length] of table.featureLength.entries()) {
    if (length < 0) return null;
    if (table.featureKind[index] === 0) {
      binning.push({ kind: 'numeric', upper: table.bounds.slice(bounds, bounds + length) });
      bounds += length;
    } else if (table.featureKind[index] === 1) {
      const binOfLevel = table.binOfLevel.slice(levels, levels + length);
      const unseenBin = table.featureUnseen[index]!;
      binning.push({ kind: 'categorical', binOfLevel, bins: table.featureBins[index]!, unseenBin });
      levels += length;
    } else {
      return null;
    }
  }
  return bounds === table.bounds.length && levels === table.binOfLevel.length ? binning : null;
}

function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
