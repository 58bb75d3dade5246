'use client';
import { Checkbox as BaseCheckbox } from '@base-ui/react/checkbox';
import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { Slider as BaseSlider } from '@base-ui/react/slider';
import { Switch as BaseSwitch } from '@base-ui/react/switch';
import clsx from 'clsx';
import { Check, Minus } from 'lucide-react';
import { type ReactNode, useId } from 'react';

interface ToggleProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  hideLabel?: boolean;
  disabled?: boolean;
}

export function Checkbox({
  checked,
  onChange,
  label,
  hideLabel,
  disabled,
  indeterminate,
}: ToggleProps & { indeterminate?: boolean }) {
  const id = useId();
  return (
    <span className="flex items-center gap-2">
      <BaseCheckbox.Root
        id={id}
        checked={checked}
        indeterminate={indeterminate === true}
        disabled={disabled === true}
        onCheckedChange={(next) => onChange(next)}
        className="flex size-4 shrink-0 cursor-pointer items-center justify-center rounded-sm border border-field-line bg-surface data-checked:border-accent data-indeterminate:border-accent data-checked:bg-accent data-indeterminate:bg-accent data-disabled:cursor-not-allowed data-disabled:opacity-50"
      >
        <BaseCheckbox.Indicator className="text-accent-ink">
          {indeterminate ? (
            <Minus aria-hidden className="size-3" strokeWidth={3} />
          ) : (
            <Check aria-hidden className="size-3" strokeWidth={3} />
          )}
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'min-w-0 cursor-pointer'}>
        {label}
      </label>
    </span>
  );
}

export function Switch({ checked, onChange, label, hideLabel, disabled }: ToggleProps) {
  const id = useId();
  return (
    <span className="flex items-center gap-2">
      <BaseSwitch.Root
        id={id}
        checked={checked}
        disabled={disabled === true}
        onCheckedChange={(next) => onChange(next)}
        className="flex h-[18px] w-8 shrink-0 cursor-pointer items-center rounded-full bg-field-line p-0.5 transition-colors data-checked:bg-accent data-disabled:opacity-50"
      >
        <BaseSwitch.Thumb className="size-3.5 rounded-full bg-surface transition-transform data-checked:translate-x-3.5" />
      </BaseSwitch.Root>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'cursor-pointer'}>
        {label}
      </label>
    </span>
  );
}

export interface SliderProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  step?: number;
  /** how the value is spoken and shown */
  format?: (value: number) => string;
  hideLabel?: boolean;
  className?: string;
}

export function Slider({ label, value, onChange, min, max, step = 1, format, hideLabel, className }: SliderProps) {
  return (
    <BaseSlider.Root
      value={value}
      min={min}
      max={max}
      step={step}
      onValueChange={(next) => onChange(Array.isArray(next) ? (next[0] ?? min) : (next as number))}
      className={clsx('w-full', className)}
    >
      {hideLabel ? null : (
        <div className="flex justify-between text-small">
          <BaseSlider.Label className="font-medium">{label}</BaseSlider.Label>
          <span className="tabular-nums">{format ? format(value) : value}</span>
        </div>
      )}
      <BaseSlider.Control className="flex h-7 w-full touch-none items-center select-none">
        <BaseSlider.Track className="h-1 w-full rounded-full bg-line-strong">
          <BaseSlider.Indicator className="rounded-full bg-accent" />
          <BaseSlider.Thumb
            getAriaLabel={() => label}
            getAriaValueText={(_text, number) => (format ? format(number) : String(number))}
            className="size-4 rounded-full border-2 border-accent bg-surface has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent has-[:focus-visible]:outline-offset-2"
          />
        </BaseSlider.Track>
      </BaseSlider.Control>
    </BaseSlider.Root>
  );
}

/** Two to five choices side by side, one of them on. */
export function Segmented<V extends string>({
  label,
  value,
  onChange,
  options,
}: {
  label: string;
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: ReactNode; name?: string }[];
}) {
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as V)}
      className="inline-flex rounded border border-line-strong bg-sunken p-0.5"
    >
      {options.map((option) => (
        <Radio.Root
          key={option.value}
          value={option.value}
          aria-label={option.name}
          className="flex h-6 cursor-pointer items-center gap-1 rounded-sm px-2 text-ink-2 text-small data-checked:bg-surface data-checked:font-medium data-checked:text-ink data-checked:shadow-[0_0_0_1px_var(--line-strong)]"
        >
          {option.label}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}
