import { basename, extname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { PlanRequest } from '@laurel/automl';
import { AppError } from '@laurel/contracts';
import { readSearch, readSwitch, searchFlags, searchUsage } from './search-options.ts';

export interface TrainOptions {
  file: string;
  outDir: string;
  seed: number;
  request: PlanRequest;
}

export const trainUsage = `Usage: laurel train FILE --target COLUMN [options]

  --budget 60s       time for the whole run: 90, 90s, 5m or 1h (60s)
  --trials N         number of models instead of time; the same seed then gives the same model
  --metric M         roc_auc, log_loss, rmse, ... (by the task)
  --task T           auto, binary, multiclass, regression or forecast (auto)
  --positive LABEL   binary: the positive class (the rarer label)
  --holdout H        auto, 0, or a share such as 0.2: rows sealed for a last test (auto)
  --validation V     auto, kfold, holdout, time or group: what models are scored on (auto)
  --folds N          parts that take turns to be scored on; --repeats N times over
  --time COLUMN      rows are in this order: score on later rows than were trained on
  --gap N            times left out between the rows to train and to score on
  --group COLUMN     rows of one group stay together
  --weight COLUMN    how much each row counts, in training and in scores
  --class-weights W  none, balanced or auto (auto): the search tries both where one class is rare
  --horizon N        forecast: steps ahead (by the distance of the dates)
  --series COLUMN    forecast: tells several series apart
${searchUsage}
  --include a,b      the columns to use (all that help); forecast: those known beforehand
  --exclude a,b      columns to leave out
  --engineering E    auto, or off: no features are made of the columns (auto)
  --drop NAME        a feature made of columns that is never made again; as often as needed
  --seed N           0 to 4294967295 (0)
  --out DIR          where the model goes (NAME-model)

Ctrl-C ends early and keeps the best model so far; twice stops at once.`;

/** The command's arguments, or null when help was asked for. @throws PARAMETER_INVALID, BUDGET_INVALID */
export function readTrainOptions(args: string[]): TrainOptions | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) {
    const problem =
      file === undefined
        ? 'Name the file to train on.'
        : `Name one file; ${JSON.stringify(others[0])} is one too many.`;
    throw new AppError('PARAMETER_INVALID', `${problem}\n\n${trainUsage}`);
  }
  if (values.target === undefined) {
    throw new AppError('PARAMETER_INVALID', `Name the column to predict with --target.\n\n${trainUsage}`);
  }
  if (values.budget !== undefined && values.trials !== undefined) {
    throw new AppError('BUDGET_INVALID', 'Use --budget or --trials, not both.');
  }
  const name = basename(file, extname(file));
  return {
    file: resolve(file),
    outDir: resolve(values.out ?? `${name}-model`),
    seed: readSeed(values.seed),
    request: {
      target: values.target,
      task: values.task,
      positiveClass: values.positive,
      metric: values.metric,
      budget: readBudget(values.budget, values.trials),
      holdout: readHoldout(values.holdout),
      validation: readValidation(values),
      roles: { time: values.time, group: values.group, weight: values.weight },
      ...(values['class-weights'] === undefined ? {} : { classWeights: classWeightsOf(values['class-weights']) }),
      ...readSearch(values),
      horizon: readCount('--horizon', values.horizon),
      series: values.series,
      features: readFeatures(values),
    },
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        target: text,
        budget: text,
        trials: text,
        metric: text,
        task: text,
        positive: text,
        holdout: text,
        validation: text,
        folds: text,
        repeats: text,
        time: text,
        gap: text,
        group: text,
        weight: text,
        'class-weights': text,
        horizon: text,
        series: text,
        include: text,
        ...searchFlags,
        exclude: text,
        engineering: text,
        drop: { type: 'string', multiple: true },
        seed: text,
        out: text,
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new AppError('PARAMETER_INVALID', `${(error as Error).message}\n\n${trainUsage}`, { cause: error });
  }
}

const unitSeconds: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600 };

function readBudget(budget: string | undefined, trials: string | undefined): PlanRequest['budget'] {
  if (trials !== undefined) return { trials: asNumber(trials) };
  if (budget === undefined) return undefined;
  const match = /^([0-9.]+)\s*([smh]?)$/.exec(budget.trim());
  return { seconds: match ? Number(match[1]) * unitSeconds[match[2] ?? '']! : budget };
}

/** Text that is no number stays text: the plan refuses it with its own words. */
function asNumber(text: string): unknown {
  const value = Number(text);
  return text.trim() === '' || Number.isNaN(value) ? text : value;
}

function readHoldout(text: string | undefined): PlanRequest['holdout'] {
  if (text === undefined || text === 'auto') return 'auto';
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new AppError(
    'VALIDATION_INVALID',
    `--holdout is ${JSON.stringify(text)}. Use auto, 0, or a share such as 0.2.`,
  );
}

type FeatureFlags = Partial<Record<'include' | 'exclude' | 'engineering', string>> & { drop?: string[] };

function readFeatures({ include, exclude, engineering, drop }: FeatureFlags): PlanRequest['features'] {
  const asked = {
    include: list(include),
    exclude: list(exclude),
    engineering: readSwitch('--engineering', engineering),
    drop,
  };
  return Object.values(asked).every((value) => value === undefined) ? undefined : asked;
}

type ValidationFlags = Partial<Record<'validation' | 'folds' | 'repeats' | 'gap', string>>;

function readValidation({ validation, folds, repeats, gap }: ValidationFlags): PlanRequest['validation'] {
  const asked = {
    kind: validation,
    folds: readCount('--folds', folds),
    repeats: readCount('--repeats', repeats),
    gap: readCount('--gap', gap),
  };
  return Object.values(asked).every((value) => value === undefined) ? undefined : asked;
}

function readCount(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (text.trim() !== '' && Number.isInteger(count) && count >= 0) return count;
  throw new AppError('PARAMETER_INVALID', `${flag} is ${JSON.stringify(text)}. Use a whole number.`);
}

function readSeed(text: string | undefined): number {
  const seed = Number(text ?? 0);
  if (Number.isInteger(seed) && seed >= 0 && seed <= 4_294_967_295) return seed;
  throw new AppError(
    'PARAMETER_INVALID',
    `--seed is ${JSON.stringify(text)}. Use a whole number from 0 to 4294967295.`,
  );
}

function list(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function classWeightsOf(value: string): 'none' | 'balanced' | 'auto' {
  if (value === 'none' || value === 'balanced' || value === 'auto') return value;
  throw new AppError('PARAMETER_INVALID', `--class-weights cannot be ${value}. Use none, balanced or auto.`);
}
