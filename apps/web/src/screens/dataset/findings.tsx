'use client';
import type { Finding } from '@laurel/contracts';
import { plural } from '@laurel/ui';
import { CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { useState } from 'react';

const order: Record<Finding['severity'], number> = { alert: 0, done: 1, passed: 2 };
const folded = 3;

/** What is noteworthy about a table, a sentence each, the worst first. */
export function Findings({ findings, onColumn }: { findings: readonly Finding[]; onColumn: (column: string) => void }) {
  const [open, setOpen] = useState(false);
  const sorted = [...findings].sort((a, b) => order[a.severity] - order[b.severity]);
  const notable = sorted.filter((finding) => finding.severity !== 'passed');
  const shown = open ? sorted : sorted.slice(0, Math.max(folded, Math.min(notable.length, folded)));
  if (sorted.length === 0) return null;
  return (
    <section aria-label="Findings" className="mb-5 rounded border border-line bg-surface" data-testid="findings">
      <ul>
        {shown.map((finding, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: findings have a fixed order and no identity
            key={index}
            className="flex items-start gap-2.5 border-line border-b px-4 py-2 last:border-b-0"
          >
            <FindingIcon severity={finding.severity} />
            <p className="wrap-anywhere min-w-0 flex-1">{finding.message}</p>
            {finding.column ? (
              <button
                type="button"
                className="link shrink-0 text-small"
                onClick={() => finding.column && onColumn(finding.column)}
              >
                Show column
              </button>
            ) : null}
          </li>
        ))}
      </ul>
      {sorted.length > folded ? (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="w-full cursor-pointer rounded-b border-line border-t px-4 py-1.5 text-left text-ink-2 text-small hover:bg-hover"
        >
          {open ? 'Show fewer' : `Show ${plural(sorted.length - folded, 'more finding')}`}
        </button>
      ) : null}
    </section>
  );
}

export function FindingIcon({ severity }: { severity: Finding['severity'] }) {
  const size = 'mt-0.5 size-4 shrink-0';
  if (severity === 'alert') return <TriangleAlert role="img" aria-label="Alert" className={`${size} text-warn`} />;
  if (severity === 'done') return <Info role="img" aria-label="Handled" className={`${size} text-ink-3`} />;
  return <CircleCheck role="img" aria-label="Passed" className={`${size} text-accent-text`} />;
}
