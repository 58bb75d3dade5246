import { TreesError } from '../errors.ts';
import type { TreeEnsemble } from '../types.ts';

/**
 * One tree as a grower has it, usually as views on its kernel's memory; views may be longer than `nodes` and `leaves`.
 * Children are within the tree as in TreeEnsemble: an inner node from 0 that comes after its parent, or ~leaf from 0.
 * A tree of a single leaf has no nodes. `set` counts the sets (8 words each) of this tree, -1 where a node has none.
 */
export interface GrownTree {
  nodes: number;
  leaves: number;
  feature: Uint16Array;
  low: Uint8Array;
  width: Uint8Array;
  set: Int32Array;
  sets: Uint32Array;
  left: Int32Array;
  right: Int32Array;
  gain: Float32Array;
  cover: Float32Array;
  leafCover: Float32Array;
  /** leaves x leafWidth */
  value: Float32Array;
}

export interface EnsembleShape {
  outputs: number;
  /** 1: tree t adds to output t % outputs. Equal to outputs: every leaf has a number per output. */
  leafWidth: number;
  /** one per output */
  base: ArrayLike<number>;
}

/** Collects trees while a model grows. Everything is copied, so a grower may use its memory again at once. */
export interface EnsembleBuilder {
  readonly trees: number;
  /** of all trees together */
  readonly leaves: number;
  /** Throws INVALID_DATA where leaves are not one more than splits or an array is shorter than they need. */
  addTree(tree: GrownTree): void;
  /**
   * Adds all trees of an ensemble (warm start); its base is left out. Throws INVALID_DATA where its outputs or leafWidth
   * are others.
   */
  addEnsemble(ensemble: TreeEnsemble): void;
  /** keeps the first `trees` trees, or all where there are fewer */
  truncate(trees: number): void;
  /** the ensemble so far, in arrays of its own; the builder can go on */
  build(): TreeEnsemble;
}

/**
 * An empty ensemble to add trees to. `base` and the values of leaves are in the unit of the raw outputs, before the link;
 * a tree is taken as it is: nothing is scaled, and children and features are not checked (decodeModel does that for
 * models from elsewhere). Throws INVALID_PARAMETER where leafWidth is neither 1 nor `outputs`, or `base` has not one number per
 * output.
 */
export function createEnsembleBuilder(shape: EnsembleShape): EnsembleBuilder {
  const { outputs, leafWidth } = shape;
  if (leafWidth !== 1 && leafWidth !== outputs) {
    throw new TreesError('INVALID_PARAMETER', `Leaves have 1 number or one per output (${outputs}), not ${leafWidth}.`);
  }
  const base = Float64Array.from(shape.base);
  if (base.length !== outputs) {
    throw new TreesError(
      'INVALID_PARAMETER',
      `The base needs ${outputs} numbers, one per output; it has ${base.length}.`,
    );
  }
  const columns = {
    feature: growing(Uint16Array),
    low: growing(Uint8Array),
    width: growing(Uint8Array),
    set: growing(Int32Array),
    left: growing(Int32Array),
    right: growing(Int32Array),
    gain: growing(Float32Array),
    cover: growing(Float32Array),
    leafCover: growing(Float32Array),
    value: growing(Float32Array),
    sets: growing(Uint32Array),
  };
  const nodeStart = growing(Int32Array);
  const leafStart = growing(Int32Array);
  const setStart = growing(Int32Array);
  for (const start of [nodeStart, leafStart, setStart]) start.push(0);
  let trees = 0;

  function addTree(tree: GrownTree): void {
    const { nodes, leaves } = tree;
    if (leaves !== nodes + 1) {
      throw new TreesError('INVALID_DATA', `A tree with ${nodes} splits has ${nodes + 1} leaves, not ${leaves}.`);
    }
    for (const name of ['feature', 'low', 'width', 'left', 'right', 'gain', 'cover'] as const) {
      columns[name].append(tree[name], nodes);
    }
    // Sets are kept in the order of their nodes, whatever the grower's order was or which of its sets it dropped.
    for (let node = 0; node < nodes; node++) {
      const set = tree.set[node]!;
      columns.set.push(set < 0 ? -1 : columns.sets.length >> 3);
      if (set >= 0) columns.sets.append(tree.sets.subarray(set * 8, set * 8 + 8), 8);
    }
    columns.leafCover.append(tree.leafCover, leaves);
    columns.value.append(tree.value, leaves * leafWidth);
    trees++;
    nodeStart.push(columns.feature.length);
    leafStart.push(columns.leafCover.length);
    setStart.push(columns.sets.length);
  }

  return {
    get trees() {
      return trees;
    },
    get leaves() {
      return columns.leafCover.length;
    },
    addTree,
    addEnsemble(ensemble) {
      if (ensemble.outputs !== outputs || ensemble.leafWidth !== leafWidth) {
        throw new TreesError('INVALID_DATA', 'The model to go on from has other outputs. Start anew without it.');
      }
      for (let tree = 0; tree < ensemble.trees; tree++) addTree(treeOf(ensemble, tree));
    },
    truncate(count) {
      if (count >= trees) return;
      trees = count;
      const nodes = nodeStart.view()[count]!;
      const leaves = leafStart.view()[count]!;
      for (const name of ['feature', 'low', 'width', 'set', 'left', 'right', 'gain', 'cover'] as const) {
        columns[name].cut(nodes);
      }
      columns.leafCover.cut(leaves);
      columns.value.cut(leaves * leafWidth);
      columns.sets.cut(setStart.view()[count]!);
      for (const start of [nodeStart, leafStart, setStart]) start.cut(count + 1);
    },
    build() {
      const copies = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.view().slice()]));
      return {
        trees,
        outputs,
        leafWidth,
        base: base.slice(),
        nodeStart: nodeStart.view().slice(),
        leafStart: leafStart.view().slice(),
        ...(copies as unknown as { [Name in keyof typeof columns]: ReturnType<(typeof columns)[Name]['view']> }),
      };
    },
  };
}

/** Views on one tree of an ensemble. Its sets are all sets of the ensemble. */
export function treeOf(ensemble: TreeEnsemble, tree: number): GrownTree {
  const node = ensemble.nodeStart[tree]!;
  const nodeEnd = ensemble.nodeStart[tree + 1]!;
  const leaf = ensemble.leafStart[tree]!;
  const leafEnd = ensemble.leafStart[tree + 1]!;
  return {
    nodes: nodeEnd - node,
    leaves: leafEnd - leaf,
    feature: ensemble.feature.subarray(node, nodeEnd),
    low: ensemble.low.subarray(node, nodeEnd),
    width: ensemble.width.subarray(node, nodeEnd),
    set: ensemble.set.subarray(node, nodeEnd),
    sets: ensemble.sets,
    left: ensemble.left.subarray(node, nodeEnd),
    right: ensemble.right.subarray(node, nodeEnd),
    gain: ensemble.gain.subarray(node, nodeEnd),
    cover: ensemble.cover.subarray(node, nodeEnd),
    leafCover: ensemble.leafCover.subarray(leaf, leafEnd),
    value: ensemble.value.subarray(leaf * ensemble.leafWidth, leafEnd * ensemble.leafWidth),
  };
}

type Numbers = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float32Array;

/** A typed array that doubles when it is full. */
function growing<T extends Numbers>(make: new (length: number) => T) {
  let array = new make(256);
  let length = 0;
  function reserve(more: number): void {
    if (length + more <= array.length) return;
    const larger = new make(Math.max(length + more, array.length * 2));
    larger.set(array.subarray(0, length));
    array = larger;
  }
  return {
    get length() {
      return length;
    },
    push(value: number) {
      reserve(1);
      array[length++] = value;
    },
    append(values: Numbers, count: number) {
      if (values.length < count) {
        throw new TreesError('INVALID_DATA', `A tree has ${values.length} numbers where ${count} are needed.`);
      }
      reserve(count);
      array.set(values.subarray(0, count), length);
      length += count;
    },
    cut(to: number) {
      length = to;
    },
    view: () => array.subarray(0, length) as T,
  };
}
