'use client';
import type { DatasetView } from '@laurel/contracts';
import { Field, plural, Select } from '@laurel/ui';
import type { ControlProps } from './controls.tsx';
import { NumberField } from './number-field.tsx';
import { Phrase } from './phrase.tsx';

export function HorizonControl({ plan, choices, onChange, problem }: ControlProps) {
  const steps = plan.forecast?.horizon ?? choices.horizon ?? 1;
  return (
    <Phrase
      title="How far ahead"
      problem={problem}
      control={
        <NumberField
          label="Steps ahead"
          whole
          min={1}
          placeholder={String(steps)}
          hint="A step is the distance between two dates of the data"
          value={choices.horizon}
          onChange={(horizon) => onChange({ horizon })}
        />
      }
    >
      {plural(steps, 'step')} ahead
    </Phrase>
  );
}

export function SeriesControl({ plan, choices, onChange, problem, dataset }: ControlProps & { dataset: DatasetView }) {
  const dates = dataset.columns.filter(
    ({ name, type }) => name !== choices.target && (type === 'datetime' || type === 'numeric'),
  );
  const groups = dataset.columns.filter(
    ({ name, type }) => name !== choices.target && type !== 'datetime' && name !== plan.forecast?.date,
  );
  const series = plan.forecast?.series;
  return (
    <Phrase
      title="Dates and series"
      problem={problem}
      control={
        <div className="flex flex-col gap-4">
          <Field label="Column of dates">
            <Select
              value={choices.dateColumn ?? plan.forecast?.date ?? ''}
              onChange={(dateColumn) => onChange({ dateColumn })}
              options={dates.map(({ name }) => ({ value: name, label: name }))}
            />
          </Field>
          <Field label="Column that tells series apart" hint="Shops, machines, countries: each is forecast by itself">
            <Select
              value={choices.series ?? ''}
              onChange={(name) => onChange({ series: name === '' ? null : name })}
              options={[
                { value: '', label: 'None: one series' },
                ...groups.map(({ name }) => ({ value: name, label: name })),
              ]}
            />
          </Field>
        </div>
      }
    >
      {`along ${plan.forecast?.date ?? 'the dates'}${series ? `, for each ${series}` : ''}`}
    </Phrase>
  );
}
