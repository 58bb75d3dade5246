import { type ModelConstraints, maxArtifactBytes } from '@laurel/contracts';
import type { EnsembleMember } from '../types.ts';

/** The rest of an artifact is for its header. */
const memberShare = 0.98;

export interface Limits {
  bytes: number;
  predictMsPerRow: number;
}

/** What all members of an ensemble together may take: what can be kept at all, or less where the plan says so. */
export function ensembleLimits(constraints: ModelConstraints = {}): Limits {
  const { maxModelBytes = maxArtifactBytes, maxPredictMsPerRow = Number.POSITIVE_INFINITY } = constraints;
  return { bytes: memberShare * Math.min(maxArtifactBytes, maxModelBytes), predictMsPerRow: maxPredictMsPerRow };
}

/**
 * The members that may take part, so that any ensemble of them keeps to the limits: all where all fit; otherwise the most
 * useful first, each that still fits. One always stays.
 * @param usefulness weight of every member in an ensemble without limits; asked only when not all fit
 */
export function membersWithin<M extends Pick<EnsembleMember, 'sizeBytes' | 'artifact' | 'predictMsPerRow'>>(
  members: readonly M[],
  limits: Limits,
  usefulness: () => readonly number[],
): M[] {
  const sizeOf = (member: M) => member.sizeBytes ?? member.artifact.byteLength;
  const bytes = members.reduce((sum, member) => sum + sizeOf(member), 0);
  const ms = members.reduce((sum, member) => sum + member.predictMsPerRow, 0);
  if (bytes <= limits.bytes && ms <= limits.predictMsPerRow) return [...members];
  const weights = usefulness();
  const order = members.map((_, i) => i).sort((a, b) => weights[b]! - weights[a]! || a - b);
  const kept = new Set<number>();
  const left = { ...limits };
  for (const i of order) {
    const member = members[i]!;
    if (sizeOf(member) > left.bytes || member.predictMsPerRow > left.predictMsPerRow) continue;
    kept.add(i);
    left.bytes -= sizeOf(member);
    left.predictMsPerRow -= member.predictMsPerRow;
  }
  if (kept.size === 0) kept.add(order[0]!);
  return members.filter((_, i) => kept.has(i));
}
