import { drawAtRandom } from '../draw.ts';
import { isBetter, isKnown, isQuarantined, note, remember, type SearchMemory, startMemory } from '../memory.ts';
import { isAffordable, portfolio, takeFirst } from '../portfolio.ts';
import { rungs } from '../rungs.ts';
import type { AskLimits, Proposal, SearchSetting, StrategyEntry } from '../types.ts';

/** One in so many goes on to the next rung; the rows grow by the same factor. */
export const reduction = 4;
/** In the last part of a budget nothing new begins: the best of the lower rungs are finished. */
const finishingPart = 0.5;

/** Asynchronous successive halving (Li et al. 2020) over the training rows, without waiting for a whole rung. */
export const halving: StrategyEntry = {
  id: 'halving',
  label: 'Successive halving',
  description:
    'Fits many configurations on a part of the rows, and only the best quarter on four times as many, up to all of them. Good for tables of more than 10,000 rows; smaller ones have one rung, where it is a portfolio followed by random search.',
  create(setting, saved) {
    const ladder = rungs(setting.facts.rows);
    const { opening, rest } = portfolio(setting);
    const proposals = [...opening, ...rest].map((proposal) => atRung(setting, proposal, ladder[0]));
    const memory = startMemory(saved);

    const draw = (allows: (family: string) => boolean, limits?: AskLimits) =>
      drawAtRandom(memory, setting, 'halving', allows, limits, (drawn) => atRung(setting, drawn, ladder[0]));

    function ask(allows: (family: string) => boolean, limits?: AskLimits): Proposal | null {
      const isLate = lateIn(memory, setting, limits);
      const promoted = promote(memory, setting, ladder, allows, limits, isLate);
      if (promoted) return note(memory, promoted);
      return takeFirst(memory, setting, proposals, allows, limits) ?? draw(allows, limits);
    }

    return {
      ask,
      tell: (report) => void remember(memory, setting, report),
      toJSON: () => structuredClone(memory),
    };
  },
};

/** A reference costs nothing and is what the others are measured by: it sees all rows. */
function atRung(setting: SearchSetting, proposal: Proposal, rungRows: number | undefined): Proposal {
  const isReference = setting.families.some(({ id, reference }) => reference && id === proposal.family);
  return rungRows === undefined || isReference ? proposal : { ...proposal, rungRows };
}

/**
 * The best of the highest rung that may go on: it is among the best quarter of its rung. When it is late, the best that
 * has not gone on, whatever the number of its rivals, and right to all rows: the run has to end with whole models.
 */
function promote(
  memory: SearchMemory,
  setting: SearchSetting,
  ladder: readonly (number | undefined)[],
  allows: (family: string) => boolean,
  limits: AskLimits | undefined,
  isLate: boolean,
): Proposal | null {
  for (let k = ladder.length - 2; k >= 0; k--) {
    const ended = memory.tried
      .filter((tried) => tried.rungRows === ladder[k] && tried.state === 'completed' && tried.score !== null)
      .sort((a, b) => (a.score === b.score ? 0 : isBetter(setting, a.score!, b.score!) ? -1 : 1));
    const going = isLate ? ended : ended.slice(0, Math.floor(ended.length / reduction));
    for (const { family, config } of going) {
      if (!allows(family) || isQuarantined(memory, family)) continue;
      const next = isLate ? undefined : ladder[k + 1];
      const proposal: Proposal = { family, config, ...(next === undefined ? {} : { rungRows: next }) };
      const higher = ladder.slice(k + 1).some((rungRows) => {
        return isKnown(memory, setting, { family, config, ...(rungRows === undefined ? {} : { rungRows }) });
      });
      if (isLate ? isKnown(memory, setting, proposal) : higher) continue;
      if (isAffordable(memory, setting, proposal, limits)) return proposal;
    }
  }
  return null;
}

function lateIn(memory: SearchMemory, setting: SearchSetting, limits: AskLimits | undefined): boolean {
  const { leftSeconds = null, leftTrials = null } = limits ?? {};
  if (leftTrials !== null && leftTrials <= finishingPart * (leftTrials + memory.tried.length)) return true;
  return leftSeconds !== null && leftSeconds <= finishingPart * (setting.budgetSeconds ?? 0);
}
