import type { ClockDecisions } from '@laurel/contracts';
import type { StopRules } from '@laurel/trees';
import { createPace, type Pace } from '../../models/pace.ts';
import type { FitInput } from '../../models/types.ts';

/** By which share of a fit's time the parts of a recipe are done; the rest is the model's. */
const doneBy = { keys: 0.1, steps: 0.25, probes: 0.3 };

/** The time of a recipe. What ended by the clock is counted in looks, and ends after as many in a fit that repeats it. */
export interface RecipeClock {
  keys: Pace;
  steps: Pace;
  probes: {
    rules: StopRules;
    isOver(): boolean;
    /** the time ended them after so many rounds; 0: too early to say anything */
    endedAfter(rounds: number): void;
  };
  /** undefined: the clock took no part */
  decided(): ClockDecisions | undefined;
}

export function recipeClock(input: Pick<FitInput, 'deadlineMs' | 'now' | 'signal' | 'decided'>): RecipeClock {
  const { deadlineMs, now, decided, signal } = input;
  const startMs = now();
  const untilMs = (part: keyof typeof doneBy) =>
    decided ? Number.POSITIVE_INFINITY : startMs + doneBy[part] * (deadlineMs - startMs);
  const paceOf = (part: 'keys' | 'steps', looks: ClockDecisions[string] | undefined) =>
    createPace({
      deadlineMs: untilMs(part),
      now,
      ...(signal ? { signal } : {}),
      ...(decided ? { decided: looks === undefined ? {} : { looks } } : {}),
    });
  const [keys, steps] = [paceOf('keys', decided?.recipeKeys), paceOf('steps', decided?.recipeSteps)];
  const earlier = typeof decided?.recipeProbes === 'number' ? decided.recipeProbes : undefined;
  let rounds: number | undefined;
  return {
    keys,
    steps,
    probes: {
      rules: { signal, now, deadlineMs: untilMs('probes'), stopAfter: earlier },
      isOver: () => earlier === 0 || now() >= untilMs('probes'),
      endedAfter(grown) {
        rounds = grown;
      },
    },
    decided() {
      const [ofKeys, ofSteps] = [keys.decided(), steps.decided()];
      const own: ClockDecisions = {
        ...(ofKeys ? { recipeKeys: ofKeys.looks } : {}),
        ...(ofSteps ? { recipeSteps: ofSteps.looks } : {}),
        ...(rounds === undefined ? {} : { recipeProbes: rounds }),
      };
      return Object.keys(own).length > 0 ? own : undefined;
    },
  };
}
