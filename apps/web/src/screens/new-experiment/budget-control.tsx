'use client';
import { budgetLimits } from '@laurel/contracts';
import { Field, formatSeconds, Input, plural, Segmented } from '@laurel/ui';
import type { ControlProps } from './controls.tsx';
import { NumberField } from './number-field.tsx';
import { Phrase } from './phrase.tsx';

const presetSeconds = [30, 60, 300, 900, 3600];

export function BudgetControl({ choices, onChange, problem }: ControlProps) {
  const { budget, trialSeconds } = choices;
  const limits =
    budget.kind === 'seconds'
      ? { min: budgetLimits.minSeconds, max: budgetLimits.maxSeconds }
      : { min: budgetLimits.minTrials, max: budgetLimits.maxTrials };
  const setAmount = (text: string) => {
    const amount = Number.parseInt(text, 10);
    onChange({ budget: { kind: budget.kind, amount: Number.isFinite(amount) ? amount : 0 } });
  };
  const wrong = budget.amount < limits.min || budget.amount > limits.max;
  const words = budget.kind === 'seconds' ? formatSeconds(budget.amount) : plural(budget.amount, 'model');
  return (
    <Phrase
      title="How long to search"
      problem={problem}
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
          <NumberField
            label="Seconds for one model at most"
            placeholder="no limit of its own"
            hint="A model that would take longer is made smaller or given up"
            min={0.001}
            value={trialSeconds}
            onChange={(seconds) => onChange({ trialSeconds: seconds })}
          />
        </div>
      }
    >
      {trialSeconds === null ? words : `${words} and at most ${formatSeconds(trialSeconds)} a model`}
    </Phrase>
  );
}
