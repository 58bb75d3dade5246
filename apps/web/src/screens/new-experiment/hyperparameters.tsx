'use client';
import type { ExperimentPlan, ParameterChoice, SpaceChoices } from '@laurel/contracts';
import { Checkbox, formatNumber, Select, Switch } from '@laurel/ui';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { FamilyDetails, FamilyParameter } from '../families.ts';
import type { Choices } from './draft.ts';
import { NumberField } from './number-field.tsx';

type Mode = 'free' | 'narrowed' | 'fixed';

/** Every hyperparameter of every family that competes: left to the search, narrowed, or fixed. */
export function Hyperparameters({
  plan,
  choices,
  onChange,
  families,
  all,
  problem,
}: {
  plan: ExperimentPlan;
  choices: Choices;
  onChange: (part: Partial<Choices>) => void;
  families: readonly FamilyDetails[];
  /** the families that can compete, by id */
  all: readonly string[];
  /** what is wrong, and with which hyperparameter: `family.name` */
  problem: { parameter: string; message: string } | null;
}) {
  const [open, setOpen] = useState(Object.keys(choices.space).length > 0);
  const shown = families.filter(({ id, reference }) => all.includes(id) && !reference);
  const changed = Object.values(choices.space).reduce((sum, of) => sum + Object.keys(of).length, 0);
  return (
    <section aria-label="Hyperparameters">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        data-testid="hyperparameters"
        className="flex cursor-pointer items-center gap-1.5 rounded-sm font-semibold text-heading"
      >
        <ChevronRight aria-hidden className={open ? 'size-4 rotate-90 text-ink-3' : 'size-4 text-ink-3'} />
        Advanced: hyperparameters
        {changed > 0 ? <span className="font-normal text-body text-ink-2">{changed} set by you</span> : null}
      </button>
      {open ? (
        <>
          <p className="mt-1.5 max-w-prose text-ink-2">
            Left free, the search chooses within the whole range. Narrow a range or fix a value where you know better.
          </p>
          <ul className="mt-3 rounded border border-line bg-surface">
            {shown.map((family) => (
              <FamilySpace
                key={family.id}
                family={family}
                competes={plan.families.includes(family.id)}
                last={shown.filter(({ id }) => plan.families.includes(id)).length === 1}
                chosen={choices.space[family.id] ?? {}}
                problem={problem?.parameter.startsWith(`${family.id}.`) ? problem : null}
                onChoose={(of) => onChange({ space: withFamily(choices.space, family.id, of) })}
                onCompete={(on) => {
                  const now = choices.families ?? all;
                  onChange({ families: on ? [...now, family.id] : now.filter((id) => id !== family.id) });
                }}
              />
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
}

function withFamily(space: SpaceChoices, id: string, of: Record<string, ParameterChoice>): SpaceChoices {
  const { [id]: _, ...others } = space;
  return Object.keys(of).length === 0 ? others : { ...others, [id]: of };
}

function FamilySpace({
  family,
  competes,
  last,
  chosen,
  problem,
  onChoose,
  onCompete,
}: {
  family: FamilyDetails;
  competes: boolean;
  last: boolean;
  chosen: Readonly<Record<string, ParameterChoice>>;
  problem: { parameter: string; message: string } | null;
  onChoose: (of: Record<string, ParameterChoice>) => void;
  onCompete: (on: boolean) => void;
}) {
  const count = Object.keys(chosen).length;
  const [open, setOpen] = useState(count > 0);
  const names = Object.keys(family.space);
  return (
    <li className="border-line border-b last:border-b-0">
      <div className="flex items-center justify-between gap-3 px-4 py-2">
        <button
          type="button"
          aria-expanded={open}
          disabled={!competes}
          onClick={() => setOpen(!open)}
          className="flex min-w-0 cursor-pointer items-center gap-1.5 rounded-sm font-medium disabled:cursor-default disabled:text-ink-3"
        >
          <ChevronRight
            aria-hidden
            className={open && competes ? 'size-3.5 rotate-90 text-ink-3' : 'size-3.5 text-ink-3'}
          />
          {family.label}
          <span className="font-normal text-ink-2 text-small">
            {count > 0 ? `${count} of ${names.length} set` : `${names.length} free`}
          </span>
        </button>
        <Switch
          label={`${family.label} competes`}
          hideLabel
          checked={competes}
          disabled={competes && last}
          onChange={onCompete}
        />
      </div>
      {problem ? <p className="wrap-anywhere px-4 pb-2 text-danger">{problem.message}</p> : null}
      {open && competes ? (
        <ul className="flex flex-col gap-1 border-line border-t bg-page px-4 py-2">
          {names.map((name) => (
            <ParameterRow
              key={name}
              parameter={family.space[name]!}
              choice={chosen[name]}
              onChange={(choice) => {
                const { [name]: _, ...others } = chosen;
                onChoose(choice ? { ...others, [name]: choice } : others);
              }}
            />
          ))}
        </ul>
      ) : null}
    </li>
  );
}

const modes: readonly { value: Mode; label: string }[] = [
  { value: 'free', label: 'Free' },
  { value: 'narrowed', label: 'Narrowed' },
  { value: 'fixed', label: 'Fixed' },
];

function ParameterRow({
  parameter,
  choice,
  onChange,
}: {
  parameter: FamilyParameter;
  choice: ParameterChoice | undefined;
  onChange: (choice: ParameterChoice | undefined) => void;
}) {
  const mode = modeOf(choice);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 py-1">
      <div className="min-w-44 flex-1">
        <p>{parameter.label}</p>
        <p className="text-ink-2 text-small">{rangeWords(parameter)}</p>
      </div>
      <div className="w-28">
        <Select
          size="small"
          label={`${parameter.label}: how it is chosen`}
          value={mode}
          onChange={(next) => onChange(firstChoice(next, parameter))}
          options={modes}
        />
      </div>
      <div className="flex w-52 items-start gap-2">
        <ParameterValue parameter={parameter} choice={choice} onChange={onChange} />
      </div>
    </li>
  );
}

function ParameterValue({
  parameter,
  choice,
  onChange,
}: {
  parameter: FamilyParameter;
  choice: ParameterChoice | undefined;
  onChange: (choice: ParameterChoice) => void;
}) {
  if (choice === undefined) return null;
  if (parameter.kind === 'choice') {
    const { values } = parameter;
    if ('fixed' in choice) {
      return (
        <Select
          size="small"
          label={parameter.label}
          value={String(values.indexOf(choice.fixed))}
          onChange={(at) => onChange({ fixed: values[Number(at)]! })}
          options={values.map((value, at) => ({ value: String(at), label: valueWord(value) }))}
        />
      );
    }
    const chosen = 'values' in choice ? choice.values : values;
    return (
      <div className="flex flex-wrap gap-x-3 gap-y-1">
        {values.map((value) => (
          <Checkbox
            key={String(value)}
            label={valueWord(value)}
            checked={chosen.includes(value)}
            disabled={chosen.length === 1 && chosen[0] === value}
            onChange={(on) => onChange({ values: values.filter((one) => (one === value ? on : chosen.includes(one))) })}
          />
        ))}
      </div>
    );
  }
  const limits = { min: parameter.min, max: parameter.max, whole: parameter.kind === 'int' };
  if ('fixed' in choice) {
    return (
      <NumberField
        label={`Value of ${parameter.label}`}
        hideLabel
        {...limits}
        value={Number(choice.fixed)}
        onChange={(value) => onChange({ fixed: value ?? parameter.default })}
      />
    );
  }
  const range = 'values' in choice ? {} : choice;
  return (
    <>
      {(['min', 'max'] as const).map((end) => (
        <NumberField
          key={end}
          label={`${end === 'min' ? 'Least' : 'Most'} of ${parameter.label}`}
          hideLabel
          {...limits}
          value={range[end] ?? parameter[end]}
          onChange={(value) => onChange({ ...range, [end]: value ?? parameter[end] })}
        />
      ))}
    </>
  );
}

function modeOf(choice: ParameterChoice | undefined): Mode {
  return choice === undefined ? 'free' : 'fixed' in choice ? 'fixed' : 'narrowed';
}

/** What a mode begins with: the default as the value, or the whole range to be narrowed. */
function firstChoice(mode: Mode, parameter: FamilyParameter): ParameterChoice | undefined {
  if (mode === 'free') return undefined;
  if (mode === 'fixed') return { fixed: parameter.default };
  if (parameter.kind === 'choice') return { values: [...parameter.values] };
  return { min: parameter.min, max: parameter.max };
}

function rangeWords(parameter: FamilyParameter): string {
  const preset = `default ${valueWord(parameter.default)}`;
  if (parameter.kind === 'choice') return `${parameter.values.map(valueWord).join(', ')}; ${preset}`;
  const { min, max, log } = parameter;
  return `${formatNumber(min)} to ${formatNumber(max)}${log ? ', by factors' : ''}; ${preset}`;
}

export function valueWord(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'number' ? formatNumber(value) : String(value);
}
