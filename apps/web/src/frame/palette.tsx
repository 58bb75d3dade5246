'use client';
import { Dialog } from '@base-ui/react/dialog';
import { Kbd } from '@laurel/ui';
import clsx from 'clsx';
import { CornerDownLeft, Database, FlaskConical, FolderOpen, Search, Settings } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type KeyboardEvent, type ReactNode, useId, useMemo, useState } from 'react';
import { useDatasets } from '@/client/queries/datasets.ts';
import { useExperiments } from '@/client/queries/experiments.ts';
import { useProjects } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { useFrame } from './context.tsx';
import { sections } from './sections.tsx';

interface Place {
  id: string;
  label: string;
  group: string;
  href: string;
  icon: ReactNode;
}

/** Ctrl+K: type a few letters of a page, project, dataset or experiment and go there. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Dialog.Portal>
        <Dialog.Backdrop className="layer fixed inset-0 z-40 bg-scrim" />
        <Dialog.Viewport className="fixed inset-0 z-40 flex items-start justify-center p-4 pt-[14vh]">
          <Dialog.Popup className="layer w-full max-w-xl overflow-hidden rounded bg-surface shadow-float outline-none">
            <Dialog.Title className="sr-only">Go to</Dialog.Title>
            <Finder onClose={() => onOpenChange(false)} />
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Finder({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const router = useRouter();
  const listId = useId();
  const places = usePlaces();
  const shown = useMemo(() => matching(places, text), [places, text]);
  const current = shown[Math.min(active, shown.length - 1)];
  const go = (place: Place | undefined) => {
    if (!place) return;
    onClose();
    if (place.href.startsWith('/api/')) window.location.assign(place.href);
    else router.push(place.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive(Math.min(shown.length - 1, active + 1));
    else if (event.key === 'ArrowUp') setActive(Math.max(0, active - 1));
    else if (event.key === 'Enter') go(current);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="flex items-center gap-2.5 border-line border-b px-4">
        <Search aria-hidden className="size-4 text-ink-3" />
        <input
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={current ? `${listId}-${current.id}` : undefined}
          aria-label="Go to a page, project, dataset or experiment"
          placeholder="Go to a page, project, dataset or experiment"
          // biome-ignore lint/a11y/noAutofocus: the layer exists to be typed into
          autoFocus
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-12 min-w-0 flex-1 bg-transparent text-heading outline-none placeholder:text-ink-3"
        />
        <Kbd>Esc</Kbd>
      </div>
      <div id={listId} role="listbox" aria-label="Places" tabIndex={-1} className="max-h-[50vh] overflow-y-auto p-1.5">
        {shown.map((place, index) => (
          <PaletteRow
            key={place.id}
            id={`${listId}-${place.id}`}
            place={place}
            active={place === current}
            heading={index === 0 || shown[index - 1]!.group !== place.group ? place.group : null}
            onPoint={() => setActive(index)}
            onPick={() => go(place)}
          />
        ))}
      </div>
      {shown.length === 0 ? <p className="px-4 pb-5 text-ink-2">Nothing has these letters in its name.</p> : null}
    </>
  );
}

function PaletteRow(props: {
  id: string;
  place: Place;
  active: boolean;
  heading: string | null;
  onPoint: () => void;
  onPick: () => void;
}) {
  return (
    <>
      {props.heading ? <div className="px-2.5 pt-2 pb-1 text-ink-3 text-small">{props.heading}</div> : null}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input above owns the keys of its list */}
      <div
        id={props.id}
        role="option"
        aria-selected={props.active}
        tabIndex={-1}
        ref={(node) => {
          if (node && props.active) node.scrollIntoView({ block: 'nearest' });
        }}
        onMouseMove={props.onPoint}
        onClick={props.onPick}
        className={clsx(
          'flex h-9 cursor-pointer items-center gap-2.5 rounded-sm px-2.5',
          props.active ? 'bg-hover text-ink' : 'text-ink-2',
        )}
      >
        {props.place.icon}
        <bdi className="min-w-0 flex-1 truncate">{props.place.label}</bdi>
        {props.active ? <CornerDownLeft aria-hidden className="size-3.5 text-ink-3" /> : null}
      </div>
    </>
  );
}

function usePlaces(): Place[] {
  const { me, projectId } = useFrame();
  const projects = useProjects();
  const datasets = useDatasets(projectId);
  const experiments = useExperiments({ projectId });
  return useMemo(() => {
    const icon = 'size-4 shrink-0';
    const pages: Place[] = projectId
      ? sections.map((section) => ({
          id: section.id,
          label: section.label,
          group: 'This project',
          href: section.href(projectId),
          icon: <section.icon className={icon} />,
        }))
      : [];
    const settings = [
      { id: 'all-projects', label: 'All projects', href: routes.projects },
      { id: 'approvals', label: 'Approvals', href: routes.approvals },
      { id: 'audit', label: 'Audit', href: routes.audit },
      ...(me.admin ? [{ id: 'people', label: 'People', href: routes.people }] : []),
      { id: 'api-keys', label: 'API keys', href: routes.apiKeys },
      { id: 'api-docs', label: 'API documentation', href: routes.apiDocs },
    ].map((place) => ({ ...place, group: 'Laurel', icon: <Settings aria-hidden className={icon} /> }));
    const things: Place[] = [
      ...(experiments.data ?? []).map((experiment) => ({
        id: experiment.id,
        label: experiment.name,
        group: 'Experiments',
        href: routes.experiment(experiment.id),
        icon: <FlaskConical aria-hidden className={icon} />,
      })),
      ...(datasets.data ?? []).map((dataset) => ({
        id: dataset.id,
        label: dataset.name,
        group: 'Data',
        href: routes.dataset(dataset.id),
        icon: <Database aria-hidden className={icon} />,
      })),
      ...(projects.data ?? []).map((project) => ({
        id: project.id,
        label: project.name,
        group: 'Projects',
        href: routes.project(project.id),
        icon: <FolderOpen aria-hidden className={icon} />,
      })),
    ];
    return [...pages, ...things, ...settings];
  }, [me.admin, projectId, projects.data, datasets.data, experiments.data]);
}

/** All words of the query must stand in the label; at most 40, in the given order. */
function matching(places: readonly Place[], text: string): Place[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return places.filter((place) => words.every((word) => place.label.toLowerCase().includes(word))).slice(0, 40);
}
