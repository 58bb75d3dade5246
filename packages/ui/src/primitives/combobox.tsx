'use client';
import { Combobox as Base } from '@base-ui/react/combobox';
import clsx from 'clsx';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { controlClass } from './field.tsx';
import { menuItemClass, type Option } from './select.tsx';

export interface ComboboxProps {
  options: readonly Option[];
  value: string | null;
  onChange: (value: string) => void;
  label?: string;
  placeholder?: string;
  /** what stands at the right of an option, such as a mini histogram */
  aside?: (option: Option) => ReactNode;
  className?: string;
  testId?: string;
}

/** A choice of many, found by typing. At most 200 matches are drawn. */
export function Combobox(props: ComboboxProps) {
  const { options, value, onChange, label, placeholder, aside, className, testId } = props;
  const chosen = options.find((option) => option.value === value) ?? null;
  return (
    <Base.Root
      items={options}
      value={chosen}
      limit={200}
      itemToStringLabel={(option: Option) => option.label}
      isItemEqualToValue={(a: Option, b: Option) => a.value === b.value}
      onValueChange={(option: Option | null) => option && onChange(option.value)}
    >
      <Base.InputGroup className={clsx('relative', className)}>
        <Base.Input
          aria-label={label}
          placeholder={placeholder}
          data-testid={testId}
          className={clsx(controlClass(), 'pr-8')}
        />
        <Base.Trigger
          aria-label="Show all"
          className="absolute inset-y-0 right-0 flex w-8 cursor-pointer items-center justify-center text-ink-3"
        >
          <ChevronsUpDown aria-hidden className="size-3.5" />
        </Base.Trigger>
      </Base.InputGroup>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50 outline-none">
          <Base.Popup className="layer w-(--anchor-width) min-w-64 max-w-(--available-width) rounded bg-surface shadow-float">
            <Base.Empty>
              <div className="p-3 text-ink-3">Nothing matches. Try fewer letters.</div>
            </Base.Empty>
            <Base.List className="max-h-[min(22rem,var(--available-height))] overflow-y-auto p-1 empty:p-0">
              {(option: Option) => (
                <Base.Item key={option.value} value={option} className={menuItemClass}>
                  <Base.ItemIndicator className="col-start-1 mt-0.5">
                    <Check aria-hidden className="size-3.5" />
                  </Base.ItemIndicator>
                  <span className="col-start-2 flex min-w-0 items-center justify-between gap-3">
                    <span className="flex min-w-0 items-center gap-1.5">
                      {option.icon}
                      <bdi className="truncate">{option.label}</bdi>
                    </span>
                    {aside?.(option)}
                  </span>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
