import type { Proposal, SearchSetting, TrialReport } from './types.ts';

/** What both strategies remember, as plain JSON. */
export interface SearchMemory {
  /** positions of the portfolio that were not proposed yet */
  waiting: number[];
  /** proposals drawn so far: each has a random stream of its own */
  drawn: number;
  best: Record<string, { score: number; config: Proposal['config'] }>;
  failuresInARow: Record<string, number>;
  /** proposals per family */
  turns: Record<string, number>;
  /** every configuration proposed, so that none comes twice */
  seen: string[];
}

/** A family that fails this often in a row is left alone for the rest of the run. */
export const quarantineAfter = 3;

export function startMemory(portfolioSize: number): SearchMemory {
  return {
    waiting: Array.from({ length: portfolioSize }, (_, index) => index),
    drawn: 0,
    best: {},
    failuresInARow: {},
    turns: {},
    seen: [],
  };
}

export function remember(memory: SearchMemory, report: TrialReport, higherIsBetter: boolean): void {
  const { family, config, score } = report;
  if (score === null) {
    memory.failuresInARow[family] = (memory.failuresInARow[family] ?? 0) + 1;
    return;
  }
  memory.failuresInARow[family] = 0;
  const best = memory.best[family];
  if (!best || (higherIsBetter ? score > best.score : score < best.score)) memory.best[family] = { score, config };
}

export function isQuarantined(memory: SearchMemory, family: string): boolean {
  return (memory.failuresInARow[family] ?? 0) >= quarantineAfter;
}

/** The first configuration of the portfolio that was not tried and is allowed. */
export function takeFromPortfolio(
  memory: SearchMemory,
  proposals: readonly Proposal[],
  allows: (family: string) => boolean,
): Proposal | null {
  const position = memory.waiting.find((index) => {
    const family = proposals[index]?.family;
    return family !== undefined && allows(family) && !isQuarantined(memory, family);
  });
  if (position === undefined) return null;
  memory.waiting = memory.waiting.filter((index) => index !== position);
  const proposal = proposals[position]!;
  note(memory, proposal);
  return proposal;
}

/** Remembers what is proposed. */
export function note(memory: SearchMemory, proposal: Proposal): void {
  memory.seen.push(keyOf(proposal));
  memory.turns[proposal.family] = (memory.turns[proposal.family] ?? 0) + 1;
}

export function keyOf(proposal: Proposal): string {
  const entries = Object.entries(proposal.config).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${proposal.family} ${JSON.stringify(entries)}`;
}

/** Families that can still be searched, the best score first; those without a score come last, cheapest first. */
export function rankedFamilies(
  memory: SearchMemory,
  setting: SearchSetting,
  allows: (family: string) => boolean,
): SearchSetting['families'][number][] {
  const direction = setting.higherIsBetter ? -1 : 1;
  return setting.families
    .filter((family) => !family.reference && Object.keys(family.space).length > 0)
    .filter((family) => allows(family.id) && !isQuarantined(memory, family.id))
    .sort((a, b) => {
      const left = memory.best[a.id]?.score;
      const right = memory.best[b.id]?.score;
      if (left !== undefined && right !== undefined && left !== right) return (left - right) * direction;
      if ((left === undefined) !== (right === undefined)) return left === undefined ? 1 : -1;
      return a.relativeCost - b.relativeCost || (a.id < b.id ? -1 : 1);
    });
}

/** The families in the order in which they are due: turns so far, weighed by the rank of their best score. */
export function dueFamilies(
  memory: SearchMemory,
  setting: SearchSetting,
  allows: (family: string) => boolean,
): SearchSetting['families'][number][] {
  return rankedFamilies(memory, setting, allows)
    .map((family, rank) => ({ family, rank, due: ((memory.turns[family.id] ?? 0) + 1) * (rank + 1) }))
    .sort((a, b) => a.due - b.due || a.rank - b.rank)
    .map(({ family }) => family);
}
