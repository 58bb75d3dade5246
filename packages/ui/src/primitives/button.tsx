'use client';
import { Button as BaseButton } from '@base-ui/react/button';
import clsx from 'clsx';
import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactElement, ReactNode } from 'react';
import { type ButtonKind, type ButtonSize, buttonClass } from './button-class.ts';
import { Tooltip } from './tooltip.tsx';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  kind?: ButtonKind;
  size?: ButtonSize;
  icon?: ReactNode;
  /** shows a spinner and takes no clicks; the words stay */
  busy?: boolean;
  /** render as this element, for links: `render={<Link href="/x" />}` */
  render?: ReactElement;
  /** as wide as high, for an icon alone */
  square?: boolean;
  className?: string;
}

export function Button(props: ButtonProps) {
  const { kind, size, icon, busy, render, square, className, children, disabled, ...rest } = props;
  return (
    <BaseButton
      type={render ? undefined : 'button'}
      {...rest}
      {...(render ? { render, nativeButton: false, role: undefined } : {})}
      disabled={disabled === true || busy === true}
      focusableWhenDisabled={busy === true}
      aria-busy={busy || undefined}
      className={clsx(buttonClass(kind, size, square), className)}
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
}: Omit<ButtonProps, 'icon' | 'square'> & { label: string; shortcut?: string }) {
  return (
    <Tooltip text={shortcut ? `${label} (${shortcut})` : label}>
      <Button {...rest} {...(className === undefined ? {} : { className })} kind={kind} aria-label={label} square />
    </Tooltip>
  );
}
