'use client';
import clsx from 'clsx';
import { Check, Copy } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { IconButton } from './button.tsx';

function useCopy(text: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, () => void copyText(text).then(() => setCopied(true))];
}

/** The clipboard API needs https or localhost; a plain http address in a local network gets the old way. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'sr-only';
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** A short id in monospace; a click copies the whole of it. */
export function CopyId({ id, short = true }: { id: string; short?: boolean }) {
  const [copied, copy] = useCopy(id);
  const shown = short && id.length > 16 ? `${id.slice(0, id.indexOf('_') + 1)}…${id.slice(-6)}` : id;
  return (
    <button
      type="button"
      onClick={copy}
      title={id}
      aria-label={`Copy id ${id}`}
      className="inline-flex cursor-pointer items-center gap-1 rounded-sm font-mono text-ink-3 text-small hover:text-ink"
    >
      {shown}
      {copied ? (
        <Check aria-hidden className="size-3 text-accent-text" />
      ) : (
        <Copy aria-hidden className="size-3 opacity-60" />
      )}
      <span aria-live="polite" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </button>
  );
}

/** Code in monospace with a copy button. */
export function CodeBlock({ code, label, className }: { code: string; label: string; className?: string }) {
  const [copied, copy] = useCopy(code);
  return (
    <div className={clsx('relative min-w-0 rounded border border-line bg-sunken', className)}>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={label}
        className="max-h-96 overflow-auto p-3 pr-11"
      >
        <pre className="font-mono text-ink text-small leading-[18px]">
          <code>{code}</code>
        </pre>
      </section>
      <div className="absolute top-1 right-1 rounded bg-sunken">
        <IconButton label={copied ? 'Copied' : 'Copy'} size="small" onClick={copy}>
          {copied ? (
            <Check aria-hidden className="size-3.5 text-accent-text" />
          ) : (
            <Copy aria-hidden className="size-3.5" />
          )}
        </IconButton>
      </div>
    </div>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-line-strong bg-surface px-1 font-sans text-ink-2 text-tiny">
      {children}
    </kbd>
  );
}
