import type { SearchRequest } from '@laurel/automl';
import { AppError, type ParameterChoice, type SpaceChoices } from '@laurel/contracts';

const text = { type: 'string' } as const;

/** The options of the search, as `parseArgs` wants them. */
export const searchFlags = {
  families: text,
  strategy: text,
  set: { type: 'string', multiple: true },
  ensemble: text,
  'trial-seconds': text,
  'max-predict-ms': text,
  'max-model-mb': text,
} as const;

export const searchUsage = `  --families a,b     model families to train (all that fit)
  --strategy S       portfolio-then-search, cost-frugal, tpe, halving, random, defaults-then-search or
                     portfolio (the first)
  --set F.P=VALUE    fix a hyperparameter: gbm.learningRate=0.1; or a range, gbm.maxLeaves=8..64, or a
                     choice, gbm.maxDepth=3|5; as often as needed
  --ensemble E       auto, or off: the best single model wins (auto)
  --trial-seconds N  longest time of one model
  --max-predict-ms N the winner predicts a row in at most this time
  --max-model-mb N   the winner is at most this large`;

type SearchValues = Partial<Record<Exclude<keyof typeof searchFlags, 'set'>, string>> & { set?: string[] };

/** What the options say of the search. @throws PARAMETER_INVALID */
export function readSearch(values: SearchValues): SearchRequest {
  const megabytes = readAmount('--max-model-mb', values['max-model-mb']);
  return {
    families: values.families
      ?.split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
    strategy: values.strategy,
    space: readSpace(values.set ?? []),
    ensemble: readSwitch('--ensemble', values.ensemble),
    trialSeconds: readAmount('--trial-seconds', values['trial-seconds']),
    constraints: {
      maxPredictMsPerRow: readAmount('--max-predict-ms', values['max-predict-ms']),
      maxModelBytes: megabytes === undefined ? undefined : Math.round(megabytes * 1e6),
    },
  };
}

function readSpace(settings: readonly string[]): SpaceChoices | undefined {
  if (settings.length === 0) return undefined;
  const space = new Map<string, Map<string, ParameterChoice>>();
  for (const setting of settings) {
    const match = /^([^.=]+)[.]([^=]+)=(.+)$/.exec(setting);
    if (!match) {
      throw new AppError(
        'PARAMETER_INVALID',
        `--set is ${JSON.stringify(setting)}. Write family.parameter=value, such as gbm.learningRate=0.1.`,
      );
    }
    const [, family, parameter, value] = match as unknown as [string, string, string, string];
    const own = space.get(family) ?? new Map<string, ParameterChoice>();
    space.set(family, own.set(parameter, readChoice(value)));
  }
  return Object.fromEntries([...space].map(([family, own]) => [family, Object.fromEntries(own)]));
}

function readChoice(value: string): ParameterChoice {
  const range = /^(.*?)[.]{2}(.*)$/.exec(value);
  if (range) {
    const [min, max] = [range[1]!, range[2]!].map((part) => (part === '' ? undefined : toValue(part)));
    if ([min, max].every((limit) => limit === undefined || typeof limit === 'number')) {
      return { min: min as number | undefined, max: max as number | undefined };
    }
  }
  const values = value.split('|').map(toValue);
  return values.length > 1 ? { values } : { fixed: values[0]! };
}

/** A number or true and false where the text is one; text otherwise, which the plan checks. */
function toValue(part: string): number | string | boolean {
  if (part === 'true' || part === 'false') return part === 'true';
  const number = Number(part);
  return part.trim() === '' || Number.isNaN(number) ? part : number;
}

/** `auto` or `off`, for options that can be switched off. @throws PARAMETER_INVALID */
export function readSwitch(flag: string, given: string | undefined): 'auto' | 'off' | undefined {
  if (given === undefined || given === 'auto' || given === 'off') return given;
  throw new AppError('PARAMETER_INVALID', `${flag} is ${JSON.stringify(given)}. Use auto or off.`);
}

function readAmount(flag: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const amount = Number(given);
  if (given.trim() !== '' && Number.isFinite(amount) && amount > 0) return amount;
  throw new AppError('PARAMETER_INVALID', `${flag} is ${JSON.stringify(given)}. Use a number above 0.`);
}
