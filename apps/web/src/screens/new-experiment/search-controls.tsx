'use client';
import type { ExperimentView } from '@laurel/contracts';
import { Checkbox, Field, formatBytes, Input, plural, Select, Switch } from '@laurel/ui';
import { useState } from 'react';
import type { ControlProps } from './controls.tsx';
import { NumberField } from './number-field.tsx';
import { Phrase, Radios } from './phrase.tsx';

export interface StrategyLabel {
  id: string;
  label: string;
  description: string;
}

export function StrategyControl({
  plan,
  onChange,
  problem,
  strategies,
}: ControlProps & { strategies: readonly StrategyLabel[] }) {
  const current = plan.strategy ?? strategies[0]?.id ?? '';
  return (
    <Phrase
      title="How the search goes"
      wide
      problem={problem}
      control={
        <Radios
          name="Search strategy"
          value={current}
          onChange={(strategy) => onChange({ strategy: strategy === strategies[0]?.id ? null : strategy })}
          options={strategies.map(({ id, label, description }) => ({ value: id, label, hint: description }))}
        />
      }
    >
      {(strategies.find(({ id }) => id === current)?.label ?? current).toLowerCase()}
    </Phrase>
  );
}

export function EngineeringControl({ choices, onChange, problem }: ControlProps) {
  const { engineering, droppedFeatures } = choices;
  const words = !engineering
    ? 'no features are made of the columns'
    : droppedFeatures.length > 0
      ? `features may be made of the columns, but for ${plural(droppedFeatures.length, 'one', 'of them')}`
      : 'features may be made of the columns';
  return (
    <Phrase
      title="Features made of the columns"
      wide
      problem={problem}
      control={
        <div className="flex flex-col gap-4">
          <Switch
            label="The search may make features"
            checked={engineering}
            onChange={(on) => onChange({ engineering: on })}
          />
          <p className="text-ink-2 text-small">
            Ratios, pairs of categories, target means, topics of texts: learnt in each fold from its training rows
            alone, and kept where they help.
          </p>
          {engineering ? (
            <Dropped droppedFeatures={droppedFeatures} onChange={(next) => onChange({ droppedFeatures: next })} />
          ) : null}
        </div>
      }
    >
      {words}
    </Phrase>
  );
}

export function EnsembleControl({ choices, onChange, problem }: ControlProps) {
  return (
    <Phrase
      title="What wins"
      problem={problem}
      control={
        <div className="flex flex-col gap-4">
          <Switch
            label="Combine the best models"
            checked={choices.ensemble}
            onChange={(on) => onChange({ ensemble: on })}
          />
          <p className="text-ink-2 text-small">
            An ensemble scores better nearly always; a single model is smaller, quicker and easier to explain.
          </p>
        </div>
      }
    >
      {choices.ensemble ? 'the best are combined' : 'the best one wins'}
    </Phrase>
  );
}

function Dropped({
  droppedFeatures,
  onChange,
}: {
  droppedFeatures: readonly string[];
  onChange: (next: readonly string[]) => void;
}) {
  const [text, setText] = useState('');
  const add = () => {
    const name = text.trim();
    if (name !== '' && !droppedFeatures.includes(name)) onChange([...droppedFeatures, name]);
    setText('');
  };
  return (
    <div className="flex flex-col gap-2">
      <Field label="Never make this feature" hint="The name as a trial shows it; Enter adds it">
        <Input
          value={text}
          maxLength={500}
          onChange={(event) => setText(event.target.value)}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            add();
          }}
        />
      </Field>
      {droppedFeatures.map((name) => (
        <Checkbox
          key={name}
          checked
          onChange={() => onChange(droppedFeatures.filter((other) => other !== name))}
          label={<bdi className="wrap-anywhere">{name}</bdi>}
        />
      ))}
    </div>
  );
}

export function ClassWeightsControl({ plan, onChange, problem, choices }: ControlProps) {
  const current = choices.classWeights ?? 'auto';
  const words =
    typeof current === 'object'
      ? 'with weights of your own'
      : { auto: 'weighted if that scores better', none: 'all rows equal', balanced: 'balanced' }[current];
  const own = typeof current === 'object' ? current : null;
  return (
    <Phrase
      title="Weights of the classes"
      wide
      problem={problem}
      control={
        <div className="flex flex-col gap-4">
          <Radios
            name="Weights of the classes"
            value={own ? 'own' : (current as string)}
            onChange={(value) =>
              onChange({
                classWeights:
                  value === 'auto'
                    ? null
                    : value === 'own'
                      ? Object.fromEntries(plan.labels.map((label) => [label, 1]))
                      : (value as 'none' | 'balanced'),
              })
            }
            options={[
              { value: 'auto', label: 'Tried by the search', hint: 'where the classes are unequal' },
              { value: 'none', label: 'None', hint: 'every row counts the same' },
              { value: 'balanced', label: 'Balanced', hint: 'rare classes count more, ten times at most' },
              ...(plan.labels.length <= 20 ? [{ value: 'own', label: 'My own', hint: 'a weight per class' }] : []),
            ]}
          />
          {own ? (
            <div className="grid grid-cols-2 gap-3">
              {plan.labels.map((label) => (
                <NumberField
                  key={label}
                  label={label}
                  min={0.000001}
                  value={own[label] ?? 1}
                  onChange={(weight) => onChange({ classWeights: { ...own, [label]: weight ?? 1 } })}
                />
              ))}
            </div>
          ) : null}
        </div>
      }
    >
      {words}
    </Phrase>
  );
}

export function ConstraintsControl({ choices, onChange, problem }: ControlProps) {
  const { maxPredictMsPerRow, maxModelMb } = choices;
  const limits = [
    maxPredictMsPerRow === null ? null : `${maxPredictMsPerRow} ms a row`,
    maxModelMb === null ? null : formatBytes(maxModelMb * 1e6),
  ].filter(Boolean);
  return (
    <Phrase
      title="Limits of the winner"
      problem={problem}
      control={
        <div className="flex flex-col gap-4">
          <NumberField
            label="Milliseconds to predict a row"
            placeholder="no limit"
            min={0.000001}
            value={maxPredictMsPerRow}
            onChange={(value) => onChange({ maxPredictMsPerRow: value })}
          />
          <NumberField
            label="Size of the model in MB"
            placeholder="no limit"
            min={0.000001}
            value={maxModelMb}
            onChange={(value) => onChange({ maxModelMb: value })}
          />
          <p className="text-ink-2 text-small">Models beyond a limit are shown, and cannot win.</p>
        </div>
      }
    >
      {limits.length === 0 ? 'any size and speed' : `at most ${limits.join(' and ')}`}
    </Phrase>
  );
}

export function WarmStartControl({
  choices,
  onChange,
  problem,
  earlier,
}: ControlProps & { earlier: readonly ExperimentView[] }) {
  const chosen = earlier.find(({ id }) => id === choices.warmStartFrom);
  return (
    <Phrase
      title="Begin with what is known"
      wide
      problem={problem}
      control={
        <div className="flex flex-col gap-4">
          <Field label="Earlier experiment" hint="Its best settings are tried first, right after the baseline">
            <Select
              value={choices.warmStartFrom ?? ''}
              onChange={(id) => onChange({ warmStartFrom: id === '' ? null : id })}
              options={[
                { value: '', label: 'None: begin afresh' },
                ...earlier.map(({ id, name, target }) => ({ value: id, label: name, hint: `predicts ${target}` })),
              ]}
            />
          </Field>
        </div>
      }
    >
      {choices.warmStartFrom === null ? 'begins afresh' : `begins with the best of ${chosen?.name ?? 'an earlier one'}`}
    </Phrase>
  );
}
