import type { ExperimentPlan, ParameterChoice } from '@laurel/contracts';
import { families } from '../models/registry.ts';
import { findStrategy, strategies } from '../search/registry.ts';

/** How is searched, in words: only what differs from what is always so. */
export function searchSentences(plan: ExperimentPlan): string[] {
  return [strategySentence(plan), ...spaceSentences(plan), warmStartSentence(plan), limitSentence(plan)].filter(
    (sentence) => sentence !== null,
  );
}

function strategySentence({ strategy }: ExperimentPlan): string | null {
  const entry = strategy === undefined ? undefined : findStrategy(strategy);
  if (!entry || entry === strategies[0]) return null;
  return `Configurations are chosen by another strategy than the usual one: ${entry.label}.`;
}

function spaceSentences({ space }: ExperimentPlan): string[] {
  return Object.entries(space ?? {}).map(([id, choices]) => {
    const family = families.find((candidate) => candidate.id === id);
    const parts = Object.entries(choices).map(([name, choice]) => {
      return `${family?.space[name]?.label ?? name} ${choiceWords(choice)}`;
    });
    return `${family?.label ?? id} is limited as you asked: ${parts.join('; ')}.`;
  });
}

function choiceWords(choice: ParameterChoice): string {
  if ('fixed' in choice) return `is ${String(choice.fixed)}`;
  if ('values' in choice) return `is one of ${choice.values.map(String).join(', ')}`;
  if (choice.min === undefined) return `is at most ${choice.max}`;
  return choice.max === undefined ? `is at least ${choice.min}` : `is between ${choice.min} and ${choice.max}`;
}

function warmStartSentence({ warmStarts }: ExperimentPlan): string | null {
  if (!warmStarts || warmStarts.length === 0) return null;
  const what = warmStarts.length === 1 ? 'one configuration' : `${warmStarts.length} configurations`;
  return `After the baseline, ${what} of an earlier experiment ${warmStarts.length === 1 ? 'is' : 'are'} tried first.`;
}

function limitSentence({ trialSeconds, constraints }: ExperimentPlan): string | null {
  const limits = [
    trialSeconds === undefined ? null : `is trained for at most ${trialSeconds} seconds`,
    constraints?.maxPredictMsPerRow === undefined
      ? null
      : `predicts a row in at most ${constraints.maxPredictMsPerRow} ms to win`,
    constraints?.maxModelBytes === undefined
      ? null
      : `takes at most ${Number((constraints.maxModelBytes / 1e6).toPrecision(3))} MB to win`,
  ].filter((limit) => limit !== null);
  return limits.length === 0 ? null : `Every model ${limits.join(', and ')}.`;
}
