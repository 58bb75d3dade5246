import { type MatrixBuffer, matrixSizes } from '../binning/matrix.ts';
import { arenaBytes } from '../kernel/arena.ts';
import { completeForestParameters } from './parameters.ts';
import type { ForestFacts, ForestParameters } from './types.ts';

/** Bytes of a record in assembly/forest-waiting.ts; a test compares them. */
export const waitingRecordBytes = 136;
/** numbers of leaves that are fetched at a time */
const chunkNumbers = 65_536;
/** bytes of a node and a leaf in a model, without the leaf's numbers */
const splitBytes = 28;
const setBytes = 32;

const forestBuffers = [
  'forestFeatures',
  'forestMonotone',
  'forestBinValues',
  'forestBinOrder',
  'forestRandomState',
  'forestWeights',
  'forestTargets',
  'forestDraws',
  'forestOrder',
  'forestPayload',
  'forestSpareOrder',
  'forestSparePayload',
  'forestBins',
  'forestHistogram',
  'forestTotals',
  'forestLeft',
  'forestMissing',
  'forestDirection',
  'forestClassList',
  'forestClassIndex',
  'forestWaiting',
  'forestHeap',
  'forestNodeFeature',
  'forestNodeLow',
  'forestNodeWidth',
  'forestNodeSet',
  'forestNodeLeft',
  'forestNodeRight',
  'forestNodeGain',
  'forestNodeCover',
  'forestSets',
  'forestLeafCover',
  'forestLeafValue',
  'forestLeafRows',
  'forestOutOfBagSums',
  'forestOutOfBagTrees',
] as const;

/** Called as the kernel calls the addresses. */
export type ForestBuffer = (typeof forestBuffers)[number] | MatrixBuffer | 'leafNumbers';

export interface ForestSpace extends ForestFacts {
  /** rows that a tree is grown on, at most */
  treeRows: number;
  /** leaves of a tree, at most */
  leaves: number;
  bestFirst: boolean;
  /** splits are drawn */
  random: boolean;
  /** trees without targets and weights */
  isolation: boolean;
  monotone: boolean;
  outOfBag: boolean;
}

export function outputsOf({ task }: Pick<ForestFacts, 'task'>): number {
  return task.kind === 'classification' ? task.classes : 1;
}

/** Whether trees keep a sum per class: two classes are told apart by one number. */
export function isByClass({ task }: Pick<ForestFacts, 'task'>): boolean {
  return task.kind === 'classification' && task.classes > 2;
}

/** What the facts and parameters say about the room a fit needs. */
export function forestSpace(facts: ForestFacts, parameters: ForestParameters, outOfBag: boolean): ForestSpace {
  const { maxLeaves } = parameters;
  const bestFirst = maxLeaves > 0 && maxLeaves < facts.rows;
  const byRows = Math.max(1, Math.floor(facts.rows / parameters.minDataInLeaf));
  return {
    ...facts,
    treeRows: facts.rows,
    leaves: bestFirst ? Math.min(maxLeaves, byRows) : byRows,
    bestFirst,
    random: parameters.splitter === 'random',
    isolation: false,
    monotone: parameters.monotone !== null,
    outOfBag: outOfBag && (parameters.bootstrap || parameters.maxSamples < 1),
  };
}

/** Everything a fit takes besides the model, byte by byte, before it begins. */
export function forestSizes(space: ForestSpace): Record<ForestBuffer, number> {
  const { rows, features, treeRows, leaves, isolation } = space;
  const outputs = outputsOf(space);
  const byClass = isByClass(space);
  const classes = byClass ? outputs + 2 : 0;
  const nodes = Math.max(1, leaves - 1);
  return {
    ...matrixSizes(space),
    forestFeatures: 4 * features,
    forestMonotone: space.monotone ? features : 0,
    forestBinValues: space.random ? 2048 * features : 0,
    forestBinOrder: space.random && space.categorical && !isolation ? 256 * features : 0,
    forestRandomState: 16,
    forestWeights: isolation ? 0 : 8 * rows,
    forestTargets: isolation ? 0 : 8 * rows,
    forestDraws: 128,
    forestOrder: 4 * rows,
    forestPayload: 16 * treeRows,
    forestSpareOrder: 4 * rows,
    forestSparePayload: 16 * treeRows,
    forestBins: rows + 16,
    forestHistogram: 256 * (byClass ? 8 * (outputs + 1) : 16),
    forestTotals: 8 * Math.max(classes, 2),
    forestLeft: 8 * classes,
    forestMissing: 8 * classes,
    forestDirection: space.categorical ? 8 * classes : 0,
    forestClassList: 4 * classes,
    forestClassIndex: 4 * classes,
    // Depth first the smaller child is split first, so that no more wait than the rows can be halved.
    forestWaiting: waitingRecordBytes * (space.bestFirst ? leaves + 1 : 34),
    forestHeap: space.bestFirst ? 4 * (leaves + 1) : 0,
    forestNodeFeature: 2 * nodes,
    forestNodeLow: nodes,
    forestNodeWidth: nodes,
    forestNodeSet: 4 * nodes,
    forestNodeLeft: 4 * nodes,
    forestNodeRight: 4 * nodes,
    forestNodeGain: 4 * nodes,
    forestNodeCover: 4 * nodes,
    forestSets: space.categorical ? setBytes * nodes : 0,
    forestLeafCover: 4 * leaves,
    forestLeafValue: byClass ? 0 : 8 * leaves,
    forestLeafRows: 16 * leaves,
    forestOutOfBagSums: space.outOfBag ? 8 * rows * outputs : 0,
    forestOutOfBagTrees: space.outOfBag ? 4 * rows : 0,
    leafNumbers: 4 * chunkLeaves(leaves, outputs) * outputs,
  };
}

/** Leaves whose numbers are fetched at a time. */
export function chunkLeaves(leaves: number, outputs: number): number {
  return Math.max(1, Math.min(leaves, Math.floor(chunkNumbers / outputs)));
}

/**
 * Bytes that the memory of a fit will have, and at most those of its model: trees that are grown to the last row take
 * much more than the fit. With fewer columns than features (sparse ones share) `columns` may be an upper bound.
 */
export function predictForestBytes(
  facts: ForestFacts,
  given: Partial<ForestParameters> = {},
): { fitBytes: number; modelBytes: number } {
  const parameters = completeForestParameters({ ...given, monotone: null }, facts.task, facts.features);
  const space = { ...forestSpace(facts, parameters, true), monotone: Boolean(given.monotone) };
  return {
    fitBytes: arenaBytes(forestSizes(space)),
    modelBytes: parameters.trees * modelBytes(space.leaves, facts.categorical ? 1 : 0, outputsOf(facts)),
  };
}

/** Bytes of trees in a model; `categorical` is the share of splits by a set of categories. */
export function modelBytes(leaves: number, categorical: number, outputs: number): number {
  return leaves * (splitBytes + setBytes * categorical + 4 * outputs);
}
