'use client';
import { Button as BaseButton } from '@base-ui/react/button';
import clsx from 'clsx';
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactElement, ReactNode } from 'react';
import { Tooltip } from './tooltip.tsx';

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';
export type ButtonSize = 'medium' | 'small';

/** The classes of a button, for links that look like one. */
export function buttonClass(kind: ButtonKind = 'secondary', size: ButtonSize = 'medium'): string {
  return clsx(
    'inline-flex shrink-0 cursor-pointer select-none items-center justify-center gap-1.5 rounded border font-medium whitespace-nowrap no-underline transition-colors',
    'data-disabled:cursor-not-allowed data-disabled:opacity-50',
    size === 'medium' ? 'h-8 px-3 text-body' : 'h-7 px-2 text-small',
    kind === 'primary' && 'border-transparent bg-accent text-accent-ink hover:bg-accent-hover',
    kind === 'secondary' && 'border-line-strong bg-surface text-ink hover:bg-hover',
    kind === 'quiet' && 'border-transparent bg-transparent text-ink-2 hover:bg-hover hover:text-ink',
    kind === 'danger' && 'border-line-strong bg-surface text-danger hover:border-danger hover:bg-danger-soft',
  );
}

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  kind?: ButtonKind;
  size?: ButtonSize;
  icon?: ReactNode;
  /** shows a spinner and takes no clicks; the words stay */
  busy?: boolean;
  /** render as this element, for links: `render={<Link href="/x" />}` */
  render?: ReactElement;
  className?: string;
}

export function Button({ kind, size, icon, busy, render, className, children, disabled, ...rest }: ButtonProps) {
  return (
    <BaseButton
      type={render ? undefined : 'button'}
      {...rest}
      {...(render ? { render, nativeButton: false, role: undefined } : {})}
      disabled={disabled === true || busy === true}
      focusableWhenDisabled={busy === true}
      aria-busy={busy || undefined}
      className={clsx(buttonClass(kind, size), className)}
    >
      {busy ? <LoaderCircle aria-hidden className="size-3.5 motion-safe:animate-spin" /> : icon}
      {children}
    </BaseButton>
  );
}

/** A square button with an icon; its label is both the accessible name and the tooltip. */
export function IconButton({
  label,
  shortcut,
  className,
  kind = 'quiet',
  ...rest
}: Omit<ButtonProps, 'icon'> & { label: string; shortcut?: string }) {
  return (
    <Tooltip text={shortcut ? `${label} (${shortcut})` : label}>
      <Button {...rest} kind={kind} aria-label={label} className={clsx('w-8 px-0', className)} />
    </Tooltip>
  );
}
