'use client';
import { budgetLimits, type ExperimentPlan, type TaskKind } from '@laurel/contracts';
import { metricById, metricsForTask } from '@laurel/evaluation';
import {
  Checkbox,
  Field,
  formatPercent,
  formatSeconds,
  Input,
  Popover,
  plural,
  Segmented,
  Slider,
  Switch,
} from '@laurel/ui';
import type { ReactNode } from 'react';
import type { Choices } from './draft.ts';

export interface FamilyLabel {
  id: string;
  label: string;
  description: string;
}

export interface ControlProps {
  plan: ExperimentPlan;
  choices: Choices;
  onChange: (part: Partial<Choices>) => void;
}

function Phrase({
  children,
  title,
  control,
  wide,
}: {
  children: ReactNode;
  title: string;
  control: ReactNode;
  wide?: boolean;
}) {
  return (
    <Popover
      title={title}
      wide={wide === true}
      trigger={
        <button type="button" className="phrase inline text-left" aria-label={`${textOf(children)}. Change: ${title}`}>
          {children}
        </button>
      }
    >
      {control}
    </Popover>
  );
}

function textOf(node: ReactNode): string {
  return typeof node === 'string' || typeof node === 'number' ? String(node) : '';
}

/** One of a few, each with a line of explanation. */
function Radios<V extends string>({
  name,
  value,
  options,
  onChange,
}: {
  name: string;
  value: V;
  options: readonly { value: V; label: string; hint?: string }[];
  onChange: (value: V) => void;
}) {
  return (
    <fieldset className="flex flex-col gap-0.5">
      <legend className="sr-only">{name}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="flex cursor-pointer items-start gap-2.5 rounded-sm px-1.5 py-1 hover:bg-hover has-checked:bg-accent-soft"
        >
          <input
            type="radio"
            name={name}
            className="mt-1 accent-(--accent)"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span className="min-w-0">
            <bdi className="block truncate">{option.label}</bdi>
            {option.hint ? <span className="block text-ink-2 text-small">{option.hint}</span> : null}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export const taskNames: Record<TaskKind, string> = {
  binary: 'Binary classification',
  multiclass: 'Multiclass classification',
  regression: 'Regression',
  forecast: 'Forecast',
};

export function TaskControl({ plan, choices, onChange }: ControlProps) {
  return (
    <Phrase
      title="Kind of question"
      control={
        <Radios
          name="Kind of question"
          value={choices.task ?? 'auto'}
          onChange={(task) => onChange({ task: task === 'auto' ? null : task, metric: null, positiveClass: null })}
          options={[
            { value: 'auto', label: 'Found out from the target', hint: `now: ${taskNames[plan.task].toLowerCase()}` },
            { value: 'binary', label: taskNames.binary, hint: 'one of two values' },
            { value: 'multiclass', label: taskNames.multiclass, hint: 'one of several values' },
            { value: 'regression', label: taskNames.regression, hint: 'an amount' },
          ]}
        />
      }
    >
      {taskNames[plan.task]}
    </Phrase>
  );
}

export function PositiveControl({ plan, onChange }: ControlProps) {
  return (
    <Phrase
      title="Which value is the event?"
      control={
        <Radios
          name="Positive class"
          value={plan.positiveClass ?? ''}
          onChange={(positiveClass) => onChange({ positiveClass })}
          options={plan.labels.map((label) => ({ value: label, label }))}
        />
      }
    >
      {plan.positiveClass ?? ''}
    </Phrase>
  );
}

export function MetricControl({ plan, onChange }: ControlProps) {
  return (
    <Phrase
      title="Models are compared by"
      wide
      control={
        <Radios
          name="Metric"
          value={plan.metric}
          onChange={(metric) => onChange({ metric })}
          options={metricsForTask(plan.task).map((metric) => ({
            value: metric.id,
            label: metric.label,
            hint: `${metric.description.replace(/\.$/, '')}; ${metric.higherIsBetter ? 'higher' : 'lower'} is better`,
          }))}
        />
      }
    >
      {metricById(plan.metric)?.label ?? plan.metric}
    </Phrase>
  );
}

export function ValidationControl({ plan, choices, onChange }: ControlProps) {
  const { folds, repeats, kind } = plan.validation;
  return (
    <Phrase
      title="How models are scored"
      control={
        <div className="flex flex-col gap-4">
          <Segmented
            label="Validation"
            value={choices.singleSplit ? 'once' : 'folds'}
            onChange={(value) => onChange({ singleSplit: value === 'once' })}
            options={[
              { value: 'folds', label: 'Cross-validation' },
              { value: 'once', label: 'One split' },
            ]}
          />
          {choices.singleSplit ? (
            <p className="text-ink-2">Each model is fitted once. Faster, and less sure.</p>
          ) : (
            <Slider label="Folds" min={2} max={10} value={folds} onChange={(value) => onChange({ folds: value })} />
          )}
          <p className="text-ink-2 text-small">A score is always from rows that the model has not seen.</p>
        </div>
      }
    >
      {kind === 'holdout'
        ? 'one split'
        : `${folds}-fold cross-validation${repeats > 1 ? `, ${repeats} times over` : ''}`}
    </Phrase>
  );
}

export function HoldoutControl({ plan, choices, onChange }: ControlProps) {
  return (
    <Phrase
      title="Rows held out"
      control={
        <div className="flex flex-col gap-4">
          <Switch
            label="Decided by the number of rows"
            checked={choices.holdout === null}
            onChange={(auto) => onChange({ holdout: auto ? null : plan.holdoutFraction })}
          />
          {choices.holdout === null ? null : (
            <Slider
              label="Share held out"
              min={0}
              max={0.5}
              step={0.05}
              value={choices.holdout}
              format={formatPercent}
              onChange={(value) => onChange({ holdout: Math.round(value * 100) / 100 })}
            />
          )}
          <p className="text-ink-2 text-small">
            Sealed rows that no model and no choice sees. They are opened once, for the last word on the winner.
          </p>
        </div>
      }
    >
      {plan.holdoutFraction === 0 ? 'nothing held out' : `${formatPercent(plan.holdoutFraction)} held out`}
    </Phrase>
  );
}

const presetSeconds = [30, 60, 300, 900, 3600];

export function BudgetControl({ choices, onChange }: ControlProps) {
  const { budget } = choices;
  const limits =
    budget.kind === 'seconds'
      ? { min: budgetLimits.minSeconds, max: budgetLimits.maxSeconds }
      : { min: budgetLimits.minTrials, max: budgetLimits.maxTrials };
  const setAmount = (text: string) => {
    const amount = Number.parseInt(text, 10);
    onChange({ budget: { kind: budget.kind, amount: Number.isFinite(amount) ? amount : 0 } });
  };
  const wrong = budget.amount < limits.min || budget.amount > limits.max;
  return (
    <Phrase
      title="How long to search"
      control={
        <div className="flex flex-col gap-4">
          <Segmented
            label="Budget in"
            value={budget.kind}
            onChange={(kind) => onChange({ budget: { kind, amount: kind === 'seconds' ? 60 : 30 } })}
            options={[
              { value: 'seconds', label: 'Time' },
              { value: 'trials', label: 'Number of models' },
            ]}
          />
          {budget.kind === 'seconds' ? (
            <div className="flex flex-wrap gap-1">
              {presetSeconds.map((seconds) => (
                <button
                  key={seconds}
                  type="button"
                  aria-pressed={budget.amount === seconds}
                  onClick={() => onChange({ budget: { kind: 'seconds', amount: seconds } })}
                  className="cursor-pointer rounded-sm border border-line-strong px-2 py-0.5 text-small hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent-soft"
                >
                  {formatSeconds(seconds)}
                </button>
              ))}
            </div>
          ) : null}
          <Field
            label={budget.kind === 'seconds' ? 'Seconds' : 'Models'}
            hint={budget.kind === 'trials' ? 'With the same seed, the same models in the same order' : undefined}
            error={wrong ? `From ${limits.min} to ${limits.max.toLocaleString('en-US')}.` : null}
          >
            <Input
              inputMode="numeric"
              data-testid="budget-amount"
              value={budget.amount === 0 ? '' : budget.amount}
              onChange={(event) => setAmount(event.target.value)}
            />
          </Field>
        </div>
      }
    >
      {budget.kind === 'seconds' ? formatSeconds(budget.amount) : plural(budget.amount, 'model')}
    </Phrase>
  );
}

export function FamiliesControl({
  plan,
  choices,
  onChange,
  all,
  labels,
}: ControlProps & { all: readonly string[]; labels: readonly FamilyLabel[] }) {
  const known = new Map(labels.map((family) => [family.id, family]));
  const toggle = (id: string, on: boolean) =>
    onChange({
      withoutFamilies: on ? choices.withoutFamilies.filter((other) => other !== id) : [...choices.withoutFamilies, id],
    });
  const left = all.length - choices.withoutFamilies.length;
  return (
    <Phrase
      title="Families that compete"
      wide
      control={
        <ul className="flex flex-col gap-2.5">
          {all.map((id) => {
            const on = !choices.withoutFamilies.includes(id);
            return (
              <li key={id}>
                <Checkbox
                  checked={on}
                  disabled={on && left === 1}
                  onChange={(next) => toggle(id, next)}
                  label={
                    <>
                      <span className="block font-medium">{known.get(id)?.label ?? id}</span>
                      <span className="block text-ink-2 text-small">{known.get(id)?.description}</span>
                    </>
                  }
                />
              </li>
            );
          })}
        </ul>
      }
    >
      {plan.families.length === 1
        ? (known.get(plan.families[0]!)?.label ?? '1 family')
        : `${plan.families.length} families`}
    </Phrase>
  );
}

export function SeedControl({ choices, onChange }: ControlProps) {
  return (
    <Phrase
      title="Seed of chance"
      control={
        <Field label="Seed" hint="The same plan, data and seed give the same run. Empty: drawn and recorded.">
          <Input
            inputMode="numeric"
            value={choices.seed ?? ''}
            onChange={(event) => {
              const seed = Number.parseInt(event.target.value, 10);
              onChange({ seed: Number.isFinite(seed) && seed >= 0 && seed <= 4_294_967_295 ? seed : null });
            }}
          />
        </Field>
      }
    >
      {choices.seed === null ? 'a new seed' : `seed ${choices.seed}`}
    </Phrase>
  );
}
