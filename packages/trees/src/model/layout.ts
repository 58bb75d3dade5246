import type { Kernel } from '../kernel/module.ts';
import type { TreeEnsemble } from '../types.ts';

/** Buffers of a kernel that hold an ensemble for walking; assembly/predict.ts says what a slot is. */
export type LayoutBuffer = 'roots' | 'slots' | 'payload' | 'values' | 'lanes';

/** Padding so that predictOne can walk eight trees at once to the end. */
const spareTrees = 8;
const leafWord = 0xff000000;
/** slots that the 32 bytes of a set of bins take */
const setSlots = 4;

/** Features that the trees split on, ascending. Only those are binned to predict. */
export function usedFeatures(ensemble: TreeEnsemble, features: number): Int32Array {
  const seen = new Uint8Array(features);
  for (const feature of ensemble.feature) seen[feature] = 1;
  return Int32Array.from(seen.keys()).filter((feature) => seen[feature] === 1);
}

/** Bytes of the buffers for an ensemble. */
export function layoutSizes(ensemble: TreeEnsemble): Record<LayoutBuffer, number> {
  const { trees, leafWidth } = ensemble;
  let withSet = 0;
  for (let node = 0; node < ensemble.set.length; node++) if (needsSet(ensemble, node)) withSet++;
  const slots = 2 * (trees + spareTrees + ensemble.feature.length) + setSlots * withSet;
  return {
    roots: (trees + spareTrees) * 4,
    slots: slots * 8,
    payload: slots * 4,
    values: leafWidth > 1 ? ensemble.value.length * 4 : 0,
    lanes: 32,
  };
}

export interface Layout {
  /** whether any tree has sets */
  sets: boolean;
  /** where every inner node and every leaf of the ensemble is */
  slotOfNode: Int32Array;
  slotOfLeaf: Int32Array;
}

/** Writes the ensemble into the kernel's memory and tells the kernel where it is. `used` as by usedFeatures. */
export function writeLayout(kernel: Kernel<LayoutBuffer>, ensemble: TreeEnsemble, used: Int32Array): Layout {
  const { trees, nodeStart, leafStart } = ensemble;
  const writer = createWriter(kernel, ensemble, used);
  const roots = kernel.u32('roots');
  let sets = false;
  for (let tree = 0; tree < trees; tree++) {
    const firstNode = nodeStart[tree]!;
    const root = writer.reserve(2);
    const nodes = nodeStart[tree + 1]! - firstNode;
    if (nodes === 0) writer.leaf(root, leafStart[tree]!);
    else writer.place(root, firstNode);
    let withSet = false;
    for (let node = firstNode; node < firstNode + nodes; node++) {
      if (writer.node(node, firstNode, leafStart[tree]!)) withSet = true;
    }
    roots[tree] = writer.address(root) + (withSet ? 1 : 0);
    sets ||= withSet;
  }
  for (let spare = trees; spare < trees + spareTrees; spare++) {
    const root = writer.reserve(2);
    writer.leaf(root, -1);
    roots[spare] = writer.address(root);
  }
  if (ensemble.leafWidth > 1) kernel.f32('values').set(ensemble.value);
  tellKernel(kernel, ensemble);
  return { sets, slotOfNode: writer.slotOfNode, slotOfLeaf: writer.slotOfLeaf };
}

/** A range as wide as all bins would look like a leaf, so it becomes a set. */
function needsSet(ensemble: TreeEnsemble, node: number): boolean {
  return ensemble.set[node]! >= 0 || ensemble.width[node] === 255;
}

function createWriter(kernel: Kernel<LayoutBuffer>, ensemble: TreeEnsemble, used: Int32Array) {
  const { feature, low, width, set, left, right, leafWidth } = ensemble;
  const everyBin = new Uint32Array(8).fill(0xffffffff);
  const slots = kernel.u32('slots');
  const payload = kernel.u32('payload');
  const payloadValues = kernel.f32('payload');
  const slotsAt = kernel.arena.at.slots;
  const valuesAt = kernel.arena.at.values;
  const compact = new Uint16Array(65_536);
  used.forEach((index, position) => {
    compact[index] = position;
  });
  const slotOfNode = new Int32Array(feature.length);
  const slotOfLeaf = new Int32Array(ensemble.leafCover.length);
  let end = 0;

  const address = (slot: number): number => slotsAt + slot * 8;
  function reserve(count: number): number {
    const first = end;
    end += count;
    return first;
  }
  function leaf(slot: number, index: number): void {
    slots[slot * 2] = leafWord;
    slots[slot * 2 + 1] = address(slot);
    if (index < 0) return;
    slotOfLeaf[index] = slot;
    if (leafWidth > 1) payload[slot] = valuesAt + index * leafWidth * 4;
    else payloadValues[slot] = ensemble.value[index]!;
  }
  function place(slot: number, node: number): void {
    slotOfNode[node] = slot;
  }
  function child(slot: number, code: number, firstNode: number, firstLeaf: number): void {
    if (code < 0) leaf(slot, firstLeaf + ~code);
    else place(slot, firstNode + code);
  }
  /** Writes the slot of a node, whose place its parent has chosen, and chooses those of its children. */
  function node(index: number, firstNode: number, firstLeaf: number): boolean {
    const slot = slotOfNode[index]!;
    const pair = reserve(2);
    child(pair, left[index]!, firstNode, firstLeaf);
    child(pair + 1, right[index]!, firstNode, firstLeaf);
    const position = compact[feature[index]!]!;
    if (needsSet(ensemble, index)) {
      const bins = set[index]!;
      slots.set(bins < 0 ? everyBin : ensemble.sets.subarray(bins * 8, bins * 8 + 8), reserve(setSlots) * 2);
      slots[slot * 2] = position;
      slots[slot * 2 + 1] = address(pair) + 1;
      return true;
    }
    slots[slot * 2] = position + low[index]! * 65_536 + width[index]! * 16_777_216;
    slots[slot * 2 + 1] = address(pair);
    return false;
  }
  return { address, reserve, leaf, place, node, slotOfNode, slotOfLeaf };
}

function tellKernel(kernel: Kernel<LayoutBuffer>, ensemble: TreeEnsemble): void {
  const { exports, arena } = kernel;
  exports.predictTrees.value = ensemble.trees;
  exports.predictRoots.value = arena.at.roots;
  exports.predictSlots.value = arena.at.slots;
  exports.predictPayload.value = arena.at.payload;
  exports.predictOutputs.value = ensemble.outputs;
  exports.predictLeafWidth.value = ensemble.leafWidth;
  exports.predictLanes.value = arena.at.lanes;
}
