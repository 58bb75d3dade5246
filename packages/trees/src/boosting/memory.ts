import { type MatrixBuffer, matrixSizes } from '../binning/matrix.ts';
import type { MatrixLayout } from '../binning/types.ts';
import { type Arena, arenaBytes, planArena } from '../kernel/arena.ts';
import { completeParameters } from './parameters.ts';
import type { BoostParameters, Objective } from './types.ts';

/** Bytes of a record in assembly/leaf.ts; a test compares them. */
export const leafRecordBytes = 184;
/** rows gathered at a time, as in assembly/histogram.ts; a test compares them */
export const gatherRows = 16_384;

export type BoostBuffer =
  | MatrixBuffer
  | 'gradients'
  | 'targets'
  | 'rowWeights'
  | 'scores'
  | 'probabilities'
  | 'rowOrder'
  | 'partitionScratch'
  | 'sampleFlags'
  | 'rankScratch'
  | 'residualPairs'
  | 'gatheredPairs'
  | 'columnEntry'
  | 'activeColumns'
  | 'columnMarks'
  | 'treeFeatures'
  | 'drawnFeatures'
  | 'monotone'
  | 'sampleRandom'
  | 'searchRandom'
  | 'sketches'
  | 'projection'
  | 'classSums'
  | 'leafRecords'
  | 'slotOwner'
  | 'nodeFeature'
  | 'nodeLow'
  | 'nodeWidth'
  | 'nodeSet'
  | 'nodeSets'
  | 'nodeLeft'
  | 'nodeRight'
  | 'nodeGain'
  | 'nodeCover'
  | 'leafValue'
  | 'leafCover'
  | 'watchedRaw'
  | 'watchedLinked'
  | 'histogramPool';

export interface BoostFacts {
  layout: MatrixLayout;
  trainRows: number;
  validationRows: number;
  weighted: boolean;
  objective: Objective;
  parameters: BoostParameters;
}

export interface BoostMemory {
  arena: Arena<BoostBuffer>;
  /** leaves of a tree at most */
  leaves: number;
  /** entries of a histogram */
  entries: number;
  /** histograms that fit in the pool */
  slots: number;
  /** first entry of every column, and the end */
  columnEntry: Int32Array;
}

/**
 * Everything a fit takes, byte by byte, before it begins: per row the bins, 33 bytes and 8 per output more (softmax 4
 * more), 8 with GOSS, 16 with absolute and quantile losses; the histograms of a tree's leaves up to histogramPoolBytes.
 */
export function planBoost(facts: BoostFacts, limitBytes?: number): BoostMemory {
  const { sizes, ...plan } = sizesOf(facts);
  return { arena: planArena(sizes, limitBytes), ...plan };
}

function sizesOf(facts: BoostFacts): Omit<BoostMemory, 'arena'> & { sizes: Record<BoostBuffer, number> } {
  const { layout, trainRows, validationRows, objective, parameters } = facts;
  const rows = trainRows + validationRows;
  const outputs = objective.kind === 'softmax' ? objective.classes : 1;
  const leaves = Math.max(1, Math.min(parameters.maxLeaves, trainRows));
  const columnEntry = new Int32Array(layout.columns + 1);
  for (let c = 0; c < layout.columns; c++) {
    columnEntry[c + 1] = columnEntry[c]! + 2 * Math.ceil(layout.columnBins[c]! / 2);
  }
  const entries = columnEntry[layout.columns]!;
  const shared = sharesTrees(objective);
  const entryBytes = shared ? 48 : parameters.histogram === 'packed' ? 8 : 16;
  const wanted = Math.floor(parameters.histogramPoolBytes / Math.max(1, entries * entryBytes));
  const slots = Math.max(2, Math.min(leaves, wanted));
  const hasQuantile = objective.kind === 'absolute' || objective.kind === 'quantile';
  const sizes: Record<BoostBuffer, number> = {
    ...matrixSizes(layout),
    gradients: shared ? 0 : 8 * trainRows,
    targets: 8 * trainRows,
    rowWeights: facts.weighted ? 4 * trainRows : 0,
    scores: 8 * rows * outputs,
    probabilities: objective.kind === 'softmax' ? 4 * trainRows * outputs : 0,
    rowOrder: 4 * rows,
    partitionScratch: 4 * rows,
    sampleFlags: trainRows,
    rankScratch: parameters.goss ? 8 * trainRows : 0,
    residualPairs: hasQuantile ? 16 * trainRows : 0,
    gatheredPairs: shared ? 48 * Math.min(gatherRows / 4, trainRows) : 16 * Math.min(gatherRows, trainRows),
    sketches: shared ? 24 * trainRows : 0,
    projection: shared ? 4 * 5 * outputs : 0,
    classSums: shared ? 16 * outputs : 0,
    columnEntry: 4 * (layout.columns + 1),
    activeColumns: 4 * layout.columns,
    columnMarks: layout.columns,
    treeFeatures: 4 * layout.features,
    drawnFeatures: 4 * layout.features,
    monotone: parameters.monotone ? layout.features : 0,
    sampleRandom: 16,
    searchRandom: 16,
    leafRecords: leafRecordBytes * leaves,
    slotOwner: 4 * slots,
    nodeFeature: 2 * leaves,
    nodeLow: leaves,
    nodeWidth: leaves,
    nodeSet: 4 * leaves,
    nodeSets: 32 * leaves,
    nodeLeft: 4 * leaves,
    nodeRight: 4 * leaves,
    nodeGain: 4 * leaves,
    nodeCover: 4 * leaves,
    leafValue: 4 * leaves * (shared ? outputs : 1),
    leafCover: 4 * leaves,
    watchedRaw: 8 * validationRows * outputs,
    watchedLinked: objective.kind === 'logistic' ? 16 * validationRows : 0,
    histogramPool: slots * entries * entryBytes,
  };
  return { sizes, leaves, entries, slots, columnEntry };
}

/** More classes than this share a tree a round. */
const classesWithOwnTrees = 30;

/** Whether every leaf has a value per class. */
export function sharesTrees(objective: Objective): boolean {
  if (objective.kind !== 'softmax') return false;
  return (objective.trees ?? (objective.classes > classesWithOwnTrees ? 'shared' : 'perClass')) === 'shared';
}

/**
 * Bytes that a fit will take, known before any data is read: every feature is taken to have a column of 256 values.
 * A fit takes this or less.
 */
export function predictBoostBytes(
  facts: Omit<BoostFacts, 'layout' | 'parameters'> & { features: number; parameters?: Partial<BoostParameters> },
): number {
  const { features } = facts;
  const layout: MatrixLayout = {
    rows: facts.trainRows + facts.validationRows,
    features,
    columns: features,
    columnBins: new Int32Array(features).fill(256),
    featureColumn: new Int32Array(features),
    featureOffset: new Int32Array(features),
    featureDefault: new Int32Array(features),
    featureBins: new Int32Array(features).fill(256),
    featureCategorical: new Uint8Array(features),
  };
  const parameters = completeParameters(facts.parameters ?? {}, features);
  return arenaBytes(sizesOf({ ...facts, layout, parameters }).sizes);
}
