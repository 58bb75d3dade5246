'use client';
import type { ExperimentPlan, TaskKind } from '@laurel/contracts';
import { metricById, metricsForTask } from '@laurel/evaluation';
import { Checkbox, Field, formatPercent, Input, Slider, Switch } from '@laurel/ui';
import type { FamilyDetails } from '../families.ts';
import type { Choices } from './draft.ts';
import { Phrase, Radios } from './phrase.tsx';

export interface ControlProps {
  plan: ExperimentPlan;
  choices: Choices;
  onChange: (part: Partial<Choices>) => void;
  /** why the plan could not be made with what this control says */
  problem?: string | null;
}

const taskNames: Record<TaskKind, string> = {
  binary: 'Binary classification',
  multiclass: 'Multiclass classification',
  regression: 'Regression',
  forecast: 'Forecast',
};

/** What was said of one kind of question means nothing for another. */
const taskReset: Partial<Choices> = {
  metric: null,
  positiveClass: null,
  families: null,
  space: {},
  classWeights: null,
  validation: { kind: null, folds: null, repeats: null, column: null, gap: null },
  horizon: null,
  series: null,
  dateColumn: null,
};

export function TaskControl({ plan, choices, onChange, problem }: ControlProps) {
  return (
    <Phrase
      title="Kind of question"
      problem={problem}
      control={
        <Radios
          name="Kind of question"
          value={choices.task ?? 'auto'}
          onChange={(task) => onChange({ ...taskReset, task: task === 'auto' ? null : task })}
          options={[
            { value: 'auto', label: 'Found out from the target', hint: `now: ${taskNames[plan.task].toLowerCase()}` },
            { value: 'binary', label: taskNames.binary, hint: 'one of two values' },
            { value: 'multiclass', label: taskNames.multiclass, hint: 'one of several values' },
            { value: 'regression', label: taskNames.regression, hint: 'an amount' },
            { value: 'forecast', label: taskNames.forecast, hint: 'an amount at dates to come' },
          ]}
        />
      }
    >
      {taskNames[plan.task]}
    </Phrase>
  );
}

export function PositiveControl({ plan, onChange, problem }: ControlProps) {
  return (
    <Phrase
      title="Which value is the event?"
      problem={problem}
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

export function MetricControl({ plan, onChange, problem }: ControlProps) {
  return (
    <Phrase
      title="Models are compared by"
      wide
      problem={problem}
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

export function HoldoutControl({ plan, choices, onChange, problem }: ControlProps) {
  return (
    <Phrase
      title="Rows held out"
      problem={problem}
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

export function FamiliesControl({
  plan,
  choices,
  onChange,
  problem,
  all,
  families,
}: ControlProps & { all: readonly string[]; families: readonly FamilyDetails[] }) {
  const known = new Map(families.map((family) => [family.id, family]));
  const chosen = choices.families ?? plan.families;
  const competing = (id: string) => chosen.includes(id) || known.get(id)?.reference === true;
  const toggle = (id: string, on: boolean) => {
    const next = on ? [...chosen, id] : chosen.filter((other) => other !== id);
    onChange({ families: all.every((one) => next.includes(one)) ? null : next });
  };
  const left = all.filter((id) => competing(id) && !known.get(id)?.reference).length;
  return (
    <Phrase
      title="Families that compete"
      wide
      problem={problem}
      control={
        <ul className="flex flex-col gap-2.5">
          {all.map((id) => (
            <li key={id}>
              <Checkbox
                checked={competing(id)}
                disabled={known.get(id)?.reference === true || (competing(id) && left === 1)}
                onChange={(next) => toggle(id, next)}
                label={
                  <>
                    <span className="block font-medium">{known.get(id)?.label ?? id}</span>
                    <span className="block text-ink-2 text-small">{known.get(id)?.description}</span>
                  </>
                }
              />
            </li>
          ))}
        </ul>
      }
    >
      {plan.families.length === 1
        ? (known.get(plan.families[0]!)?.label ?? '1 family')
        : `${plan.families.length} families`}
    </Phrase>
  );
}

export function SeedControl({ choices, onChange, problem }: ControlProps) {
  return (
    <Phrase
      title="Seed of chance"
      problem={problem}
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
