import { type StackedFeature, unusualRows, usualBin } from './usual-bin.ts';
import { binCount } from './write-bins.ts';

/** Features that share a column, with the bin that each of them is in where the column says nothing else. */
export interface Bundle {
  features: number[];
  usual: number[];
}

/** Rows that may be away from the usual bin, as a share: denser features hardly ever fit together. */
const unusualShare = 0.2;
const groupsLookedAt = 100;
const columnValues = 256;

interface Candidate {
  feature: number;
  usual: number;
  unusual: number;
  /** values it takes in a shared column */
  values: number;
}

interface Group {
  members: Candidate[];
  values: number;
  taken: number;
  /** a bit per row where one of the members is away from its usual bin */
  marks: Uint32Array;
}

/**
 * Exclusive feature bundling (Ke et al. 2017, LightGBM) without conflicts: finds features of which no row has two away
 * from their usual bins, so that one column can hold them. Greedy by falling number of unusual rows, first fit over at
 * most 100 groups. `features`: index and rows of each feature to be looked at. Gives only bundles of two or more.
 */
export function bundleFeatures(
  features: readonly { index: number; stacked: StackedFeature }[],
  rows: number,
): Bundle[] {
  const room = new Int32Array(Math.floor(rows * unusualShare));
  const stackedOf = new Map(features.map(({ index, stacked }) => [index, stacked]));
  const candidates = features
    .map(({ index, stacked }) => candidateOf(index, stacked, room))
    .filter((candidate) => candidate !== null)
    .sort((a, b) => b.unusual - a.unusual || a.feature - b.feature);
  if (candidates.length < 2) return [];
  const groups: Group[] = [];
  for (const candidate of candidates) {
    const list = room.subarray(0, candidate.unusual);
    unusualRows(stackedOf.get(candidate.feature)!, candidate.usual, list);
    const group = groupFor(groups, candidate, list, rows) ?? newGroup(groups, rows);
    join(group, candidate, list);
  }
  return groups.filter((group) => group.members.length > 1).map(asBundle);
}

function candidateOf(feature: number, stacked: StackedFeature, room: Int32Array): Candidate | null {
  const values = binCount(stacked.binning) - 1;
  const usual = usualBin(stacked);
  if (usual < 0) return null;
  const unusual = unusualRows(stacked, usual, room);
  return unusual < 0 ? null : { feature, usual, unusual, values };
}

/** The first group with room for the values and the rows and without a row in common. */
function groupFor(groups: Group[], candidate: Candidate, list: Int32Array, rows: number): Group | undefined {
  let looked = 0;
  for (const group of groups) {
    if (group.values + candidate.values > columnValues || group.taken + candidate.unusual > rows) continue;
    if (++looked > groupsLookedAt) return undefined;
    if (!overlaps(group.marks, list)) return group;
  }
  return undefined;
}

function newGroup(groups: Group[], rows: number): Group {
  const group: Group = { members: [], values: 1, taken: 0, marks: new Uint32Array(Math.ceil(rows / 32)) };
  groups.push(group);
  return group;
}

function join(group: Group, candidate: Candidate, list: Int32Array): void {
  group.members.push(candidate);
  group.values += candidate.values;
  group.taken += candidate.unusual;
  for (let i = 0; i < list.length; i++) group.marks[list[i]! >>> 5]! |= 1 << (list[i]! & 31);
}

function overlaps(marks: Uint32Array, list: Int32Array): boolean {
  for (let i = 0; i < list.length; i++) {
    if ((marks[list[i]! >>> 5]! >>> (list[i]! & 31)) & 1) return true;
  }
  return false;
}

function asBundle(group: Group): Bundle {
  const members = group.members.toSorted((a, b) => a.feature - b.feature);
  return { features: members.map((member) => member.feature), usual: members.map((member) => member.usual) };
}
