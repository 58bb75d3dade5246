'use client';
import type { DatasetView, ExperimentPlan } from '@laurel/contracts';
import { Field, Select } from '@laurel/ui';
import type { ControlProps } from './controls.tsx';
import type { Choices, ValidationKind } from './draft.ts';
import { NumberField } from './number-field.tsx';
import { Phrase, Radios } from './phrase.tsx';

const kinds: readonly { value: ValidationKind; label: string; hint: string }[] = [
  { value: 'kfold', label: 'Cross-validation', hint: 'every row is predicted once by a model that did not see it' },
  { value: 'holdout', label: 'One split', hint: 'each model is fitted once: faster, and less sure' },
  { value: 'time', label: 'Forward in time', hint: 'trained on earlier rows, scored on later ones' },
  { value: 'group', label: 'By group', hint: 'all rows of a customer, patient or machine stay together' },
];

export function ValidationControl({
  plan,
  choices,
  onChange,
  problem,
  dataset,
}: ControlProps & { dataset: DatasetView }) {
  const { validation } = choices;
  const forecast = plan.task === 'forecast';
  return (
    <Phrase
      title="How models are scored"
      wide
      problem={problem}
      control={
        <div className="flex flex-col gap-4">
          {forecast ? (
            <p className="text-ink-2">
              Forecasts are made from several dates of the past, and compared with what came after each of them.
            </p>
          ) : (
            <Radios
              name="Validation"
              value={validation.kind ?? 'auto'}
              onChange={(kind) => onChange({ validation: ofKind(kind, dataset, choices.target) })}
              options={[
                { value: 'auto', label: 'Decided by the number of rows', hint: `now: ${validationWords(plan)}` },
                ...kinds,
              ]}
            />
          )}
          <ValidationDetails choices={choices} plan={plan} dataset={dataset} onChange={onChange} />
          <p className="text-ink-2 text-small">A score is always from rows that the model has not seen.</p>
        </div>
      }
    >
      {validationWords(plan)}
    </Phrase>
  );
}

/** A kind with nothing else said yet; time and groups need a column at once, so the likeliest is taken. */
function ofKind(kind: ValidationKind | 'auto', dataset: DatasetView, target: string): Choices['validation'] {
  const none = { folds: null, repeats: null, column: null, gap: null };
  if (kind === 'auto') return { ...none, kind: null };
  if (kind !== 'time' && kind !== 'group') return { ...none, kind };
  return { ...none, kind, column: columnsFor(kind, dataset, target)[0] ?? null };
}

/** Columns that rows can be split by, the likeliest first. */
function columnsFor(kind: 'time' | 'group', dataset: DatasetView, target: string): string[] {
  const likely = kind === 'time' ? ['datetime'] : ['id', 'categorical', 'boolean'];
  const possible = kind === 'time' ? [...likely, 'numeric'] : [...likely, 'numeric', 'text'];
  return dataset.columns
    .filter((column) => column.name !== target && possible.includes(column.type))
    .sort((a, b) => possible.indexOf(a.type) - possible.indexOf(b.type))
    .map((column) => column.name);
}

function ValidationDetails({ choices, plan, dataset, onChange }: ControlProps & { dataset: DatasetView }) {
  const { validation } = choices;
  const change = (part: Partial<Choices['validation']>) => onChange({ validation: { ...validation, ...part } });
  const { kind } = plan.validation;
  const byColumn = validation.kind === 'time' || validation.kind === 'group' ? validation.kind : null;
  return (
    <>
      {byColumn ? (
        <Field label={byColumn === 'time' ? 'Column of times' : 'Column of groups'}>
          <Select
            value={validation.column ?? ''}
            onChange={(column) => change({ column })}
            options={columnsFor(byColumn, dataset, choices.target).map((name) => ({ value: name, label: name }))}
          />
        </Field>
      ) : null}
      {kind === 'holdout' && validation.kind !== 'kfold' ? null : (
        <div className="grid grid-cols-2 gap-3">
          <NumberField
            label="Folds"
            whole
            min={1}
            max={20}
            placeholder={String(plan.validation.folds)}
            value={validation.folds}
            onChange={(folds) => change({ folds })}
          />
          {kind === 'time' ? (
            plan.task === 'forecast' ? null : (
              <NumberField
                label="Gap in distinct times"
                whole
                min={0}
                placeholder="0"
                hint="Left out between training and scoring"
                value={validation.gap}
                onChange={(gap) => change({ gap })}
              />
            )
          ) : (
            <NumberField
              label="Repeats"
              whole
              min={1}
              max={10}
              placeholder={String(plan.validation.repeats)}
              hint="With other folds each time"
              value={validation.repeats}
              onChange={(repeats) => change({ repeats })}
            />
          )}
        </div>
      )}
    </>
  );
}

/** How a plan validates, as a part of a sentence. */
function validationWords({ validation, task }: ExperimentPlan): string {
  const { kind, folds, repeats, column, gap = 0 } = validation;
  const again = repeats > 1 ? `, ${repeats} times over` : '';
  if (kind === 'holdout') return 'one split';
  if (task === 'forecast') return `${folds} forecasts of the past`;
  if (kind === 'time') {
    return `${folds} ${folds === 1 ? 'step' : 'steps'} forward in ${column}${gap > 0 ? ` with a gap of ${gap}` : ''}`;
  }
  if (kind === 'group') return `${folds} folds of whole groups of ${column}${again}`;
  return `${folds}-fold cross-validation${again}`;
}
