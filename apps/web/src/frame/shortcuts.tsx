'use client';
import { Dialog, Kbd } from '@laurel/ui';
import { useRouter } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { useFrame } from './context.tsx';
import { sections } from './sections.tsx';

export interface ShortcutActions {
  openPalette: () => void;
  openSheet: () => void;
  toggleSidebar: () => void;
  cycleTheme: () => void;
}

/** Listens for the shortcuts of the frame. Keys typed into a field, or with a modifier, are left alone. */
export function useShortcuts(actions: ShortcutActions): void {
  const { projectId } = useFrame();
  const router = useRouter();
  const latest = useRef({ actions, projectId });
  latest.current = { actions, projectId };
  useEffect(() => {
    let goPressedAt = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      const { actions: now, projectId: project } = latest.current;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        now.openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const section = event.timeStamp - goPressedAt < 1200 ? sections.find(({ key }) => key === event.key) : undefined;
      goPressedAt = event.key === 'g' ? event.timeStamp : 0;
      if (section && project) router.push(section.href(project));
      else if (event.key === '?') now.openSheet();
      else if (event.key === '/') now.openPalette();
      else if (event.key === '[') now.toggleSidebar();
      else if (event.key === 'T') now.cycleTheme();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [router]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

const groups: { title: string; keys: { keys: string[]; does: string }[] }[] = [
  {
    title: 'Anywhere',
    keys: [
      { keys: ['Ctrl', 'K'], does: 'Go to a page, project, dataset or experiment' },
      { keys: ['/'], does: 'The same' },
      { keys: ['?'], does: 'This list' },
      { keys: ['['], does: 'Narrow or widen the sidebar' },
      { keys: ['Shift', 'T'], does: 'Next theme' },
      { keys: ['Esc'], does: 'Close the top layer' },
    ],
  },
  {
    title: 'In a project',
    keys: sections.map((section) => ({ keys: ['g', section.key], does: section.label })),
  },
  {
    title: 'In tables',
    keys: [
      { keys: ['↓', '↑'], does: 'Next or previous row, also J and K' },
      { keys: ['Enter'], does: 'Open the row' },
      { keys: ['Space'], does: 'Select the row' },
    ],
  },
  {
    title: 'In charts',
    keys: [
      { keys: ['→', '←'], does: 'Next or previous value' },
      { keys: ['Home', 'End'], does: 'First or last value' },
    ],
  },
];

export function ShortcutSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts" wide>
      <div className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className="mb-1.5 font-medium text-ink-2 text-small">{group.title}</h3>
            <ul>
              {group.keys.map((entry) => (
                <li
                  key={entry.does}
                  className="flex items-center justify-between gap-4 border-line border-b py-1.5 last:border-b-0"
                >
                  {entry.does}
                  <span className="flex shrink-0 gap-1">
                    {entry.keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
