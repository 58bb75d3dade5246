'use client';
import { type ModelInput, type Prediction, predictsValues, type TaskKind } from '@laurel/contracts';
import {
  Button,
  Card,
  Combobox,
  ErrorState,
  Field,
  formatNumber,
  formatPercent,
  formatScore,
  Input,
  Notice,
  Select,
  ShareBar,
  Skeleton,
} from '@laurel/ui';
import clsx from 'clsx';
import { type FormEvent, useEffect, useMemo, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { type PredictTarget, usePrediction } from '@/client/queries/models.ts';
import { exampleValues, rowOf } from './rows.ts';

const settleMs = 350;

/** Share of cases that the interval of a value holds when nothing else is asked for. */
const ownLevel = 0.9;
const levels = [0.5, 0.8, ownLevel, 0.95, 0.99].map((level) => ({ value: String(level), label: `${level * 100} %` }));

/** A form made from the model's inputs. It opens with an example row and answers at once, and after every change. */
export function PredictForm({
  target,
  modelId,
  inputs,
  task,
}: {
  target: PredictTarget;
  modelId: string;
  inputs: readonly ModelInput[];
  task: TaskKind;
}) {
  const [values, setValues] = useState(() => exampleValues(inputs));
  const [asked, setAsked] = useState(values);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(values), settleMs);
    return () => clearTimeout(timer);
  }, [values]);
  const [level, setLevel] = useState(ownLevel);
  const predict = usePrediction(target, modelId, rowOf(inputs, asked), level === ownLevel ? null : level);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setAsked(values);
    void predict.refetch();
  };
  return (
    <Card title="Predict one row">
      <section
        aria-label="The prediction"
        aria-live="polite"
        aria-busy={predict.isFetching}
        className={clsx(
          'mb-4 flex flex-col gap-3 border-line border-b pb-4',
          predictsValues(task) ? 'min-h-16' : 'min-h-28',
        )}
      >
        {predict.error ? (
          <ErrorState title="The row could not be predicted." failure={asFailure(predict.error)} />
        ) : predict.data ? (
          <>
            {predict.data.predictions.slice(0, 1).map((prediction) => (
              <Answer key="answer" prediction={prediction} task={task} level={level} onLevel={setLevel} />
            ))}
            {predict.data.warnings.map((warning) => (
              <Notice key={`${warning.code} ${warning.column}`} tone="warn">
                {warning.message}
              </Notice>
            ))}
          </>
        ) : (
          <Skeleton className={predictsValues(task) ? 'h-12' : 'h-24'} />
        )}
      </section>
      <form onSubmit={send} className="flex flex-col gap-4" data-testid="predict-form">
        <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
          {inputs.map((input) => (
            <InputField
              key={input.name}
              input={input}
              value={values[input.name] ?? ''}
              onChange={(value) => setValues({ ...values, [input.name]: value })}
            />
          ))}
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <Button kind="primary" type="submit" busy={predict.isFetching}>
            Predict
          </Button>
          <Button kind="quiet" onClick={() => setValues(exampleValues(inputs))}>
            Example row
          </Button>
          <span className="text-ink-3 text-small">An empty field is a missing value.</span>
        </div>
      </form>
    </Card>
  );
}

interface AnswerProps {
  prediction: Prediction;
  task: TaskKind;
  level: number;
  onLevel: (level: number) => void;
}

function Answer({ prediction, task, level, onLevel }: AnswerProps) {
  if ('value' in prediction) {
    return (
      <div>
        <p data-testid="prediction">
          <span className="block text-ink-2 text-small">Prediction</span>
          <span className="font-semibold text-hero tabular-nums">{formatScore(prediction.value)}</span>
        </p>
        {prediction.interval ? (
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1 text-ink-2">
            <span data-testid="interval" className="tabular-nums">
              {formatScore(prediction.interval[0])} to {formatScore(prediction.interval[1])}
            </span>
            in
            <div className="w-22">
              <Select
                size="small"
                label="Share of cases that the interval holds"
                value={String(level)}
                onChange={(next) => onLevel(Number(next))}
                options={levels}
              />
            </div>
            of cases like this
          </div>
        ) : null}
      </div>
    );
  }
  const chances = Object.entries(prediction.probabilities).sort(([, a], [, b]) => b - a);
  return (
    <div data-testid="prediction">
      <span className="block text-ink-2 text-small">Prediction</span>
      <span className="wrap-anywhere line-clamp-3 font-semibold text-hero">
        <bdi>{prediction.label}</bdi>
      </span>
      <ul className="mt-2 flex flex-col gap-1.5">
        {chances.slice(0, task === 'binary' ? 2 : 8).map(([label, chance]) => (
          <li key={label} className="grid grid-cols-[minmax(0,8rem)_1fr_3.5rem] items-center gap-3">
            <bdi className="truncate text-left" title={label}>
              {label}
            </bdi>
            <ShareBar share={chance} label={`${label}: ${formatPercent(chance)}`} className="h-2 w-full" />
            <span className="text-right text-small tabular-nums">{formatPercent(chance)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

const noLevels: readonly string[] = [];

function InputField({
  input,
  value,
  onChange,
}: {
  input: ModelInput;
  value: string;
  onChange: (value: string) => void;
}) {
  const levels = input.levels ?? noLevels;
  const hint =
    input.type === 'numeric' && input.min !== undefined && input.max !== undefined
      ? `${formatNumber(input.min)} to ${formatNumber(input.max)} in training`
      : input.type === 'datetime'
        ? 'Such as 2026-03-31, or with a time 2026-03-31T08:00:00Z'
        : undefined;
  // the same list as long as it can be, or an answer that arrives would close the list under the hand
  const options = useMemo(
    () => [
      { value: '', label: 'missing' },
      ...levels.map((level) => ({ value: level, label: level })),
      ...(value !== '' && !levels.includes(value) ? [{ value, label: value }] : []),
    ],
    [levels, value],
  );
  return (
    <Field label={<bdi className="wrap-anywhere">{input.name}</bdi>} hint={hint}>
      {levels.length > 0 && levels.length <= 12 ? (
        <Select options={options} value={value} onChange={onChange} />
      ) : levels.length > 12 ? (
        <Combobox options={options} value={value} onChange={(next) => onChange(next ?? '')} />
      ) : (
        <Input
          type="text"
          inputMode={input.type === 'numeric' ? 'decimal' : 'text'}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          autoComplete="off"
        />
      )}
    </Field>
  );
}
