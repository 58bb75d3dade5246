'use client';
import { Field, Input } from '@laurel/ui';
import { useState } from 'react';

/** A number that may be left empty (null). What cannot be read as a number stays in the box and is said to be wrong. */
export function NumberField({
  label,
  value,
  onChange,
  hint,
  placeholder,
  whole,
  min,
  max,
  className,
  hideLabel,
  testId,
}: {
  label: string;
  value: number | null;
  onChange: (value: number | null) => void;
  hint?: string | undefined;
  placeholder?: string | undefined;
  whole?: boolean;
  min?: number | undefined;
  max?: number | undefined;
  className?: string;
  hideLabel?: boolean;
  testId?: string;
}) {
  const [text, setText] = useState(value === null ? '' : String(value));
  const [shown, setShown] = useState(value);
  if (value !== shown) {
    setShown(value);
    setText(value === null ? '' : String(value));
  }
  const error = wrongNumber(text, { whole: whole === true, min, max });
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel === true} {...(className ? { className } : {})}>
      <Input
        inputMode={whole ? 'numeric' : 'decimal'}
        data-testid={testId}
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          if (wrongNumber(next, { whole: whole === true, min, max })) return;
          const number = next.trim() === '' ? null : Number(next);
          setShown(number);
          onChange(number);
        }}
      />
    </Field>
  );
}

/** What is wrong with a text as a number; null when nothing is, or when it is empty. */
function wrongNumber(
  text: string,
  { whole, min, max }: { whole: boolean; min?: number | undefined; max?: number | undefined },
): string | null {
  if (text.trim() === '') return null;
  const number = Number(text);
  if (!Number.isFinite(number)) return 'This is not a number.';
  if (whole && !Number.isInteger(number)) return 'Whole numbers only.';
  if (min !== undefined && number < min) return `At least ${min}.`;
  if (max !== undefined && number > max) return `At most ${max}.`;
  return null;
}
