'use client';
import { Field as Base } from '@base-ui/react/field';
import clsx from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

export const controlClass =
  'h-8 w-full min-w-0 rounded border border-field-line bg-surface px-2.5 text-body text-ink placeholder:text-ink-3 aria-invalid:border-danger data-invalid:border-danger disabled:cursor-not-allowed disabled:opacity-60';

export interface FieldProps {
  label: ReactNode;
  /** one sentence under the control */
  hint?: ReactNode;
  error?: string | null | undefined;
  name?: string;
  children: ReactNode;
  className?: string;
  hideLabel?: boolean;
}

/** A label, a control and what is wrong with it. Input, Select and Combobox find their label through this. */
export function Field({ label, hint, error, name, children, className, hideLabel }: FieldProps) {
  return (
    <Base.Root
      invalid={Boolean(error)}
      {...(name === undefined ? {} : { name })}
      className={clsx('flex min-w-0 flex-col gap-1', className)}
    >
      <Base.Label className={hideLabel ? 'sr-only' : 'font-medium text-ink text-small'}>{label}</Base.Label>
      {children}
      {hint && !error ? <Base.Description className="text-ink-3 text-small">{hint}</Base.Description> : null}
      <Base.Error match={Boolean(error)} className="text-danger text-small">
        {error}
      </Base.Error>
    </Base.Root>
  );
}

export type InputProps = Omit<ComponentProps<'input'>, 'className'> & { className?: string };

/** A text input; inside a Field it is labelled by it. */
export function Input({ className, ...rest }: InputProps) {
  return <Base.Control {...rest} className={clsx(controlClass, className)} />;
}

export function TextArea({
  className,
  ...rest
}: Omit<ComponentProps<'textarea'>, 'className'> & { className?: string }) {
  return (
    <Base.Control
      render={<textarea {...rest} />}
      className={clsx(controlClass, 'h-auto min-h-20 resize-y py-1.5', className)}
    />
  );
}
