import type { CategoricalBinning, FeatureBinning, NumericBinning, TreeEnsemble, TreeModel } from '../types.ts';

/**
 * What is wrong with a model that somebody else made, in words that go on "The model ..."; null when it is sound: every
 * index is in range and every tree is a tree, so that it can be walked without looking again.
 */
export function modelFault(model: TreeModel): string | null {
  const { ensemble, binning, link } = model;
  if (link === 'logistic' && ensemble.outputs !== 1) return 'has a logistic link but not exactly one output';
  return binningFault(binning) ?? ensembleFault(ensemble, binning.length);
}

function binningFault(binning: readonly FeatureBinning[]): string | null {
  for (const [index, feature] of binning.entries()) {
    const fault = feature.kind === 'numeric' ? numericFault(feature) : categoricalFault(feature);
    if (fault !== null) return `has bins for column ${index} that ${fault}`;
  }
  return null;
}

function numericFault({ upper }: NumericBinning): string | null {
  if (upper.length < 1 || upper.length > 255) return 'are not between 1 and 255';
  if (upper[upper.length - 1] !== Infinity) return 'do not end with infinity';
  for (let i = 1; i < upper.length; i++) {
    if (!(upper[i - 1]! < upper[i]!)) return 'do not rise';
  }
  return null;
}

function categoricalFault({ bins, binOfLevel, unseenBin }: CategoricalBinning): string | null {
  if (!Number.isInteger(bins) || bins < 1 || bins > 256) return 'are not between 1 and 256';
  if (!Number.isInteger(unseenBin) || unseenBin < 0 || unseenBin >= bins) return 'leave out unseen levels';
  return binOfLevel.every((bin) => bin < bins) ? null : 'leave out a level';
}

function ensembleFault(ensemble: TreeEnsemble, features: number): string | null {
  const { trees, outputs, leafWidth, base, nodeStart, leafStart, feature, set, leafCover } = ensemble;
  if (!(outputs >= 1) || (leafWidth !== 1 && leafWidth !== outputs)) return 'has leaves of the wrong width';
  if (base.length !== outputs || !base.every(Number.isFinite)) return 'has no finite base for every output';
  const startsRight = nodeStart.length === trees + 1 && leafStart.length === trees + 1;
  if (!startsRight || nodeStart[0] !== 0 || leafStart[0] !== 0) return 'has a wrong table of trees';
  const nodes = nodeStart[trees]!;
  const leaves = leafStart[trees]!;
  for (const name of ['feature', 'low', 'width', 'set', 'left', 'right', 'gain', 'cover'] as const) {
    if (ensemble[name].length !== nodes) return `has ${nodes} nodes but ${ensemble[name].length} numbers for ${name}`;
  }
  if (leafCover.length !== leaves || ensemble.value.length !== leaves * leafWidth) return 'has leaves without values';
  if (ensemble.sets.length % 8 !== 0) return 'has a set of bins that is cut off';
  if (!feature.every((index) => index < features)) return 'splits on a column that it does not have';
  const sets = ensemble.sets.length / 8;
  if (!set.every((index) => index >= -1 && index < sets)) return 'splits on a set of bins that it does not have';
  if (!numbersAreSound(ensemble)) return 'has numbers that are not finite';
  return treesFault(ensemble);
}

function numbersAreSound({ gain, cover, leafCover, value }: TreeEnsemble): boolean {
  const finite = [gain, cover, leafCover, value].every((numbers) => numbers.every(Number.isFinite));
  return finite && cover.every((rows) => rows >= 0) && leafCover.every((rows) => rows >= 0);
}

/** Every inner node but the root and every leaf must be the child of exactly one node, which comes before it. */
function treesFault({ trees, nodeStart, leafStart, left, right }: TreeEnsemble): string | null {
  const nodeSeen = new Uint8Array(left.length);
  const leafSeen = new Uint8Array(leafStart[trees]!);
  for (let tree = 0; tree < trees; tree++) {
    const firstNode = nodeStart[tree]!;
    const firstLeaf = leafStart[tree]!;
    const nodes = nodeStart[tree + 1]! - firstNode;
    const leaves = leafStart[tree + 1]! - firstLeaf;
    if (nodes < 0 || leaves !== nodes + 1) return `has a wrong number of leaves in tree ${tree}`;
    for (let node = 0; node < nodes; node++) {
      for (const child of [left[firstNode + node]!, right[firstNode + node]!]) {
        const inRange = child < 0 ? ~child < leaves : child > node && child < nodes;
        if (!inRange) return `has a split in tree ${tree} that leads to no later node`;
        const seen = child < 0 ? leafSeen : nodeSeen;
        const at = child < 0 ? firstLeaf + ~child : firstNode + child;
        if (seen[at] === 1) return `has a node in tree ${tree} that two splits lead to`;
        seen[at] = 1;
      }
    }
  }
  return null;
}
