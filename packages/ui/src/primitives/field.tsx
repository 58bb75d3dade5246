'use client';
import { Field as Base } from '@base-ui/react/field';
import clsx from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

const controlBase =
  'w-full min-w-0 rounded border border-field-line bg-surface text-ink placeholder:text-ink-3 aria-invalid:border-danger data-invalid:border-danger disabled:cursor-not-allowed disabled:opacity-60';
const controlSizes = {
  small: 'h-7 px-2 text-small',
  medium: 'h-8 px-2.5 text-body',
  area: 'min-h-20 resize-y px-2.5 py-1.5 text-body',
};

/** The classes that inputs, selects and comboboxes share. */
export function controlClass(size: keyof typeof controlSizes = 'medium'): string {
  return clsx(controlBase, controlSizes[size]);
}

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
  return <Base.Control {...rest} className={clsx(controlClass(), className)} />;
}

export function TextArea({
  className,
  ...rest
}: Omit<ComponentProps<'textarea'>, 'className'> & { className?: string }) {
  return <Base.Control render={<textarea {...rest} />} className={clsx(controlClass('area'), className)} />;
}
