import type { FailureKind, TrialView } from '@laurel/contracts';
import type { FamilyDetails } from '../families.ts';

export interface Setting {
  name: string;
  label: string;
  value: unknown;
  /** undefined: the family does not know this setting */
  preset: unknown;
  differs: boolean;
}

/** The configuration with labels, those that differ from the default first, each part in the order of the family. */
export function settingsOfTrial(
  { config }: Pick<TrialView, 'config'>,
  family: Pick<FamilyDetails, 'space'> | undefined,
): Setting[] {
  const space = family?.space ?? {};
  const names = [...new Set([...Object.keys(space), ...Object.keys(config)])];
  const settings = names.map((name): Setting => {
    const parameter = space[name];
    const preset = parameter?.default;
    const value = config[name] ?? preset;
    const shown = typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    return { name, label: parameter?.label ?? name, value: shown, preset, differs: value !== preset };
  });
  return [...settings.filter(({ differs }) => differs), ...settings.filter(({ differs }) => !differs)];
}

const advice: Record<FailureKind, string> = {
  crash: 'Its process ended by itself. The other trials are not affected; if it happens again, leave the family out.',
  oom: 'It needed more memory than it may have. Fewer columns or rows, smaller settings, or a worker with more memory help.',
  timeout: 'It took longer than it may. Give the experiment or a single model more time.',
  nan: 'Its numbers got out of hand. Smaller learning rates, and columns without extreme values, help.',
  invalid: 'Its settings do not fit the data. Change what the message names.',
  storage: 'Its model could not be written. Look for room on the disk of the storage, then train it again.',
};

/** What can be done about a failure, in a sentence. */
export function failureAdvice(kind: FailureKind): string {
  return advice[kind];
}
