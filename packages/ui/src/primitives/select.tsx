'use client';
import { Select as Base } from '@base-ui/react/select';
import clsx from 'clsx';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { controlClass } from './field.tsx';

export interface Option<V extends string = string> {
  value: V;
  label: string;
  hint?: string;
  icon?: ReactNode;
  disabled?: boolean;
}

export interface SelectProps<V extends string> {
  options: readonly Option<V>[];
  value: V;
  onChange: (value: V) => void;
  /** needed outside a Field */
  label?: string;
  disabled?: boolean;
  className?: string;
  /** small: 28 px high, for table cells and toolbars */
  size?: 'medium' | 'small';
  testId?: string;
}

/** A choice of a few; the options can carry a line of explanation. */
export function Select<V extends string>(props: SelectProps<V>) {
  const { options, value, onChange, label, disabled, className, size = 'medium', testId } = props;
  const chosen = options.find((option) => option.value === value);
  return (
    <Base.Root
      items={options.map((option) => ({ value: option.value, label: option.label }))}
      value={value}
      onValueChange={(next) => next !== null && onChange(next as V)}
      disabled={disabled === true}
    >
      <Base.Trigger
        aria-label={label}
        data-testid={testId}
        className={clsx(
          controlClass(size),
          'flex cursor-pointer items-center justify-between gap-2 text-left hover:bg-hover data-disabled:cursor-not-allowed data-disabled:opacity-60',
          className,
        )}
      >
        <span className="flex min-w-0 items-center gap-1.5">
          {chosen?.icon}
          <Base.Value className="truncate" />
        </span>
        <Base.Icon>
          <ChevronsUpDown aria-hidden className="size-3.5 text-ink-3" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50 outline-none" alignItemWithTrigger={false}>
          <Base.Popup className="layer max-h-(--available-height) min-w-(--anchor-width) max-w-96 overflow-y-auto rounded bg-surface p-1 shadow-float">
            <Base.List>
              {options.map((option) => (
                <Base.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled === true}
                  className={menuItemClass}
                >
                  <Base.ItemIndicator className="col-start-1 mt-0.5">
                    <Check aria-hidden className="size-3.5" />
                  </Base.ItemIndicator>
                  <span className="col-start-2 flex min-w-0 flex-col">
                    <span className="flex items-center gap-1.5">
                      {option.icon}
                      <Base.ItemText className="truncate">{option.label}</Base.ItemText>
                    </span>
                    {option.hint ? <span className="text-ink-3 text-small">{option.hint}</span> : null}
                  </span>
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export const menuItemClass =
  'grid cursor-pointer grid-cols-[16px_1fr] gap-1.5 rounded-sm px-2 py-1.5 text-body outline-none select-none data-highlighted:bg-hover data-disabled:cursor-not-allowed data-disabled:opacity-50';
