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
  /**
   * A bit per row where one of the members is away from its usual bin. Null until the group is first looked at and once
   * it is full: of thousands of groups, most are never looked at, and their marks would take gigabytes.
   */
  marks: Uint32Array | null;
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
  const listRows = ({ feature, usual, unusual }: Candidate, into: Int32Array): Int32Array => {
    unusualRows(stackedOf.get(feature)!, usual, into);
    return into.subarray(0, unusual);
  };
  const firstRoom = new Int32Array(room.length);
  const marksOf = (group: Group): Uint32Array => {
    // A group that was never looked at still has only the member that it began with.
    group.marks ??= mark(new Uint32Array(Math.ceil(rows / 32)), listRows(group.members[0]!, firstRoom));
    return group.marks;
  };
  const groups: Group[] = [];
  for (const candidate of candidates) {
    const list = listRows(candidate, room);
    const group = groupFor(groups, candidate, list, rows, marksOf);
    if (group) join(group, candidate, list, marksOf);
    else groups.push({ members: [candidate], values: 1 + candidate.values, taken: candidate.unusual, marks: null });
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
function groupFor(
  groups: Group[],
  candidate: Candidate,
  list: Int32Array,
  rows: number,
  marksOf: (group: Group) => Uint32Array,
): Group | undefined {
  let looked = 0;
  for (const group of groups) {
    if (group.values + candidate.values > columnValues || group.taken + candidate.unusual > rows) continue;
    if (++looked > groupsLookedAt) return undefined;
    if (!overlaps(marksOf(group), list)) return group;
  }
  return undefined;
}

function join(group: Group, candidate: Candidate, list: Int32Array, marksOf: (group: Group) => Uint32Array): void {
  group.members.push(candidate);
  group.values += candidate.values;
  group.taken += candidate.unusual;
  if (group.values >= columnValues) group.marks = null;
  else mark(marksOf(group), list);
}

function mark(marks: Uint32Array, list: Int32Array): Uint32Array {
  for (let i = 0; i < list.length; i++) marks[list[i]! >>> 5]! |= 1 << (list[i]! & 31);
  return marks;
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
