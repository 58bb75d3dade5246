import clsx from 'clsx';

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';
export type ButtonSize = 'medium' | 'small';

/** The classes of a button, for links that look like one. */
export function buttonClass(kind: ButtonKind = 'secondary', size: ButtonSize = 'medium', square = false): string {
  return clsx(
    'inline-flex shrink-0 cursor-pointer select-none items-center justify-center gap-1.5 rounded border font-medium whitespace-nowrap no-underline transition-colors',
    'data-disabled:cursor-not-allowed data-disabled:opacity-50',
    size === 'medium' ? 'h-8 text-body' : 'h-7 text-small',
    square ? (size === 'medium' ? 'w-8' : 'w-7') : size === 'medium' ? 'px-3' : 'px-2',
    kind === 'primary' && 'border-transparent bg-accent text-accent-ink hover:bg-accent-hover',
    kind === 'secondary' && 'border-line-strong bg-surface text-ink hover:bg-hover',
    kind === 'quiet' && 'border-transparent bg-transparent text-ink-2 hover:bg-hover hover:text-ink',
    kind === 'danger' && 'border-line-strong bg-surface text-danger hover:border-danger hover:bg-danger-soft',
  );
}
