'use client';
import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

export interface TabItem<V extends string = string> {
  value: V;
  label: ReactNode;
  /** a number behind the label */
  count?: number;
  content: ReactNode;
}

/** Tabs over panels; only the open panel is mounted. */
export function Tabs<V extends string>({
  label,
  value,
  onChange,
  items,
}: {
  label: string;
  value: V;
  onChange: (value: V) => void;
  items: readonly TabItem<V>[];
}) {
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(next as V)}>
      <Base.List
        aria-label={label}
        className="relative mb-5 flex gap-5 overflow-x-auto border-line border-b [scrollbar-width:none]"
      >
        {items.map((item) => (
          <Base.Tab
            key={item.value}
            value={item.value}
            className="flex h-9 cursor-pointer items-center gap-1.5 whitespace-nowrap text-ink-2 outline-offset-[-2px] hover:text-ink data-active:font-medium data-active:text-ink"
          >
            {item.label}
            {item.count === undefined ? null : (
              <span className="rounded-full bg-sunken px-1.5 text-ink-2 text-small tabular-nums">{item.count}</span>
            )}
          </Base.Tab>
        ))}
        <Base.Indicator className="absolute bottom-0 left-0 h-0.5 w-(--active-tab-width) translate-x-(--active-tab-left) bg-ink transition-[translate,width] duration-[120ms] ease-out motion-reduce:transition-none" />
      </Base.List>
      {items.map((item) => (
        <Base.Panel key={item.value} value={item.value} className="outline-offset-4">
          {item.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
