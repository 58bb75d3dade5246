import type { Config } from '../models/types.ts';
import { trialCost } from './cost.ts';
import type { Proposal, SearchFamily, SearchSetting, TrialReport } from './types.ts';

/** A proposal and what became of it. */
export interface Tried extends Proposal {
  state: 'pending' | 'completed' | 'failed' | 'pruned';
  score: number | null;
  /** seconds where they count; absent in a run by trials and before the trial has ended */
  seconds?: number;
}

/** What all strategies remember, as plain JSON. */
export interface SearchMemory {
  /** every proposal in order: none comes twice */
  tried: Tried[];
  /** positions of the portfolio that were taken */
  taken: number[];
  /** proposals drawn so far: each has a random stream of its own */
  drawn: number;
  failuresInARow: Record<string, number>;
  /** what one strategy alone keeps */
  own: Record<string, unknown>;
}

/** A family that fails this often in a row is left alone for the rest of the run. */
export const quarantineAfter = 3;

/** The memory from its saved form, or an empty one. Reads what versions before 0.2 saved, too. */
export function startMemory(saved: unknown): SearchMemory {
  if (!saved) return { tried: [], taken: [], drawn: 0, failuresInARow: {}, own: {} };
  if ('tried' in (saved as object)) return saved as SearchMemory;
  return fromOlder(saved as OlderMemory);
}

interface OlderMemory {
  drawn: number;
  best: Record<string, { score: number; config: Config }>;
  failuresInARow: Record<string, number>;
  seen: string[];
}

/** Older studies kept names of what was proposed, and the best of every family. */
function fromOlder({ drawn, best, failuresInARow, seen }: OlderMemory): SearchMemory {
  const tried = seen.map((key): Tried => {
    const gap = key.indexOf(' ');
    const config = Object.fromEntries(JSON.parse(key.slice(gap + 1)) as [string, unknown][]);
    return { family: key.slice(0, gap), config, state: 'failed', score: null };
  });
  for (const [family, { score, config }] of Object.entries(best)) {
    tried.push({ family, config, state: 'completed', score });
  }
  return { tried, taken: [], drawn, failuresInARow, own: {} };
}

/** Remembers a result. A report of something that was never proposed here is remembered as well. */
export function remember(memory: SearchMemory, setting: SearchSetting, report: TrialReport): Tried {
  const { family, score, pruned } = report;
  const key = keyOf(setting, report);
  let tried = memory.tried.find((entry) => entry.state === 'pending' && keyOf(setting, entry) === key);
  if (!tried) {
    tried = { ...bare(report), state: 'pending', score: null };
    memory.tried.push(tried);
  }
  tried.state = pruned ? 'pruned' : score === null ? 'failed' : 'completed';
  tried.score = score;
  if (report.seconds !== undefined && report.seconds !== null) tried.seconds = report.seconds;
  memory.failuresInARow[family] = tried.state === 'failed' ? (memory.failuresInARow[family] ?? 0) + 1 : 0;
  return tried;
}

/** Remembers what is proposed, and gives it back. */
export function note(memory: SearchMemory, proposal: Proposal): Proposal {
  memory.tried.push({ ...bare(proposal), state: 'pending', score: null });
  return proposal;
}

function bare({ family, config, rungRows }: Proposal): Proposal {
  return { family, config, ...(rungRows === undefined ? {} : { rungRows }) };
}

/** True when the same model was proposed before: equal where defaults are written out. */
export function isKnown(memory: SearchMemory, setting: SearchSetting, proposal: Proposal): boolean {
  const key = keyOf(setting, proposal);
  return memory.tried.some((tried) => tried.family === proposal.family && keyOf(setting, tried) === key);
}

export function keyOf(setting: SearchSetting, { family, config, rungRows }: Proposal): string {
  const space = setting.families.find(({ id }) => id === family)?.space ?? {};
  const defaults = Object.entries(space).map(([name, parameter]) => [name, parameter.default]);
  const whole = Object.entries({ ...Object.fromEntries(defaults), ...config });
  return `${family} ${rungRows ?? ''} ${JSON.stringify(whole.sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}

export function isQuarantined(memory: SearchMemory, family: string): boolean {
  return (memory.failuresInARow[family] ?? 0) >= quarantineAfter;
}

export function isBetter(setting: SearchSetting, score: number, than: number): boolean {
  return setting.higherIsBetter ? score > than : score < than;
}

/** The best completed trial of a family on all rows; the earlier one of equals. */
export function bestOf(
  memory: SearchMemory,
  setting: SearchSetting,
  family: string,
): (Tried & { score: number }) | null {
  let best: (Tried & { score: number }) | null = null;
  for (const tried of memory.tried) {
    if (tried.family !== family || !isScored(tried)) continue;
    if (!best || isBetter(setting, tried.score, best.score)) best = tried;
  }
  return best;
}

/** Completed on all rows: scores on a part of them compare with each other only. */
export function isScored(tried: Tried): tried is Tried & { score: number } {
  return tried.state === 'completed' && tried.score !== null && tried.rungRows === undefined;
}

/** What a trial took: its seconds, or the formula's where no clock counts. */
export function costOf(setting: SearchSetting, tried: Tried): number {
  if (tried.seconds !== undefined) return Math.max(0.001, tried.seconds);
  const family = setting.families.find(({ id }) => id === tried.family);
  return family ? trialCost(family, setting, tried) : 0.001;
}

/** Families that can be searched now: not the reference, with something that can vary, allowed, not quarantined. */
export function searchable(
  memory: SearchMemory,
  setting: SearchSetting,
  allows: (family: string) => boolean,
): SearchFamily[] {
  return setting.families
    .filter((family) => !family.reference && Object.keys(family.space).length > 0)
    .filter((family) => allows(family.id) && !isQuarantined(memory, family.id))
    .sort((a, b) => a.relativeCost - b.relativeCost || (a.id < b.id ? -1 : 1));
}
