'use client';
import { Popover } from '@laurel/ui';
import clsx from 'clsx';
import type { ReactNode } from 'react';

/** A part of the proposal in words; pressed, it opens the control that changes it, and says what is wrong with it. */
export function Phrase({
  children,
  title,
  control,
  wide,
  problem,
}: {
  children: ReactNode;
  title: string;
  control: ReactNode;
  wide?: boolean;
  problem?: string | null | undefined;
}) {
  return (
    <Popover
      title={title}
      wide={wide === true}
      trigger={
        <button
          type="button"
          className={clsx('phrase inline text-left', problem && 'text-danger decoration-danger')}
          aria-label={`${textOf(children)}. Change: ${title}${problem ? `. ${problem}` : ''}`}
        >
          {children}
        </button>
      }
    >
      {problem ? <p className="wrap-anywhere mb-3 text-danger">{problem}</p> : null}
      {control}
    </Popover>
  );
}

function textOf(node: ReactNode): string {
  return typeof node === 'string' || typeof node === 'number' ? String(node) : '';
}

/** One of a few, each with a line of explanation. */
export function Radios<V extends string>({
  name,
  value,
  options,
  onChange,
}: {
  name: string;
  value: V;
  options: readonly { value: V; label: string; hint?: string }[];
  onChange: (value: V) => void;
}) {
  return (
    <fieldset className="flex flex-col gap-0.5">
      <legend className="sr-only">{name}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="flex cursor-pointer items-start gap-2.5 rounded-sm px-1.5 py-1 hover:bg-hover has-checked:bg-accent-soft"
        >
          <input
            type="radio"
            name={name}
            className="mt-1 accent-(--accent)"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span className="min-w-0">
            <bdi className="block truncate">{option.label}</bdi>
            {option.hint ? <span className="block text-ink-2 text-small">{option.hint}</span> : null}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
