'use client';
import { IconButton, Menu, Tooltip, Wreath } from '@laurel/ui';
import clsx from 'clsx';
import {
  ChevronsUpDown,
  FolderOpen,
  PanelLeftClose,
  PanelLeftOpen,
  Plus,
  ScrollText,
  ServerCog,
  ShieldCheck,
  UsersRound,
} from 'lucide-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactElement, ReactNode } from 'react';
import { usePendingApprovals, useWorkers } from '@/client/queries/platform.ts';
import { useProject, useProjects } from '@/client/queries/projects.ts';
import { routes } from '@/client/routes.ts';
import { useFrame } from './context.tsx';
import { keepCookie, sidebarCookie } from './cookies.ts';
import { sectionOf, sections } from './sections.tsx';

/** The pages of the current project, and what concerns the whole installation. */
export function Sidebar({ collapsed, onCollapse }: { collapsed: boolean; onCollapse: (collapsed: boolean) => void }) {
  const { projectId } = useFrame();
  const path = usePathname();
  const here = sectionOf(path);
  const approvals = usePendingApprovals();
  const toggle = () => {
    keepCookie(sidebarCookie, collapsed ? '' : 'small');
    onCollapse(!collapsed);
  };
  return (
    <aside
      className={clsx(
        'sticky top-0 hidden h-dvh shrink-0 flex-col border-line border-r bg-sunken md:flex',
        collapsed ? 'w-13' : 'w-52',
      )}
    >
      <div className={clsx('flex h-12 shrink-0 items-center', collapsed ? 'justify-center' : 'gap-2 px-3.5')}>
        <Link href={routes.home} aria-label="Laurel, home" className="flex items-center gap-2 rounded no-underline">
          <Wreath className="size-6 text-accent-text" />
          {collapsed ? null : <span className="font-semibold text-heading tracking-tight">Laurel</span>}
        </Link>
      </div>
      <div className="px-2 pb-2">
        <ProjectSwitcher compact={false} iconOnly={collapsed} />
      </div>
      <nav aria-label="Project" className="flex flex-1 flex-col gap-0.5 overflow-y-auto px-2">
        {projectId
          ? sections.map((section) => (
              <SideLink
                key={section.id}
                href={section.href(projectId)}
                label={section.label}
                collapsed={collapsed}
                active={here === section.id}
                icon={<section.icon className="size-4 shrink-0" />}
              />
            ))
          : null}
        {projectId && !collapsed ? (
          <SideLink
            href={routes.members(projectId)}
            label="Members"
            collapsed={collapsed}
            active={here === 'members'}
            icon={<UsersRound aria-hidden className="size-4 shrink-0" />}
          />
        ) : null}
      </nav>
      <nav aria-label="Installation" className="flex flex-col gap-0.5 border-line border-t p-2">
        <SideLink
          href={routes.approvals}
          label="Approvals"
          collapsed={collapsed}
          active={path.startsWith('/approvals') || path.startsWith('/promotion-requests')}
          icon={<ShieldCheck aria-hidden className="size-4 shrink-0" />}
          aside={
            approvals.data?.length ? (
              <span className="rounded-full bg-warn-soft px-1.5 font-medium text-small text-warn tabular-nums">
                {approvals.data.length}
              </span>
            ) : null
          }
        />
        <SideLink
          href={routes.audit}
          label="Audit"
          collapsed={collapsed}
          active={path.startsWith('/audit')}
          icon={<ScrollText aria-hidden className="size-4 shrink-0" />}
        />
        <WorkersLine collapsed={collapsed} />
        <div className={clsx('flex pt-1', collapsed ? 'justify-center' : 'justify-end')}>
          <IconButton
            size="small"
            label={collapsed ? 'Widen the sidebar' : 'Narrow the sidebar'}
            shortcut="["
            onClick={toggle}
          >
            {collapsed ? (
              <PanelLeftOpen aria-hidden className="size-4" />
            ) : (
              <PanelLeftClose aria-hidden className="size-4" />
            )}
          </IconButton>
        </div>
      </nav>
    </aside>
  );
}

function WorkersLine({ collapsed }: { collapsed: boolean }) {
  const workers = useWorkers();
  if (!workers.data) return null;
  const { slots, busy } = workers.data;
  const text = slots === 0 ? 'No worker is alive' : `${busy} of ${slots} training processes are busy`;
  return (
    <Tooltip text={text} side="right">
      <p
        // biome-ignore lint/a11y/noNoninteractiveTabindex: carries a tooltip
        tabIndex={0}
        className={clsx(
          'flex h-8 items-center gap-2.5 rounded px-2 text-ink-2',
          slots === 0 && 'text-warn',
          collapsed && 'justify-center',
        )}
      >
        <ServerCog aria-hidden className="size-4 shrink-0" />
        <span className={collapsed ? 'sr-only' : 'flex-1'}>Workers</span>
        {collapsed ? null : (
          <span className="text-small tabular-nums">
            {busy}/{slots}
          </span>
        )}
      </p>
    </Tooltip>
  );
}

function SideLink(props: {
  href: string;
  label: string;
  icon: ReactNode;
  active: boolean;
  collapsed: boolean;
  aside?: ReactNode;
}) {
  const link: ReactElement = (
    <Link
      href={props.href}
      aria-current={props.active ? 'page' : undefined}
      aria-label={props.collapsed ? props.label : undefined}
      className={clsx(
        'relative flex h-8 shrink-0 items-center gap-2.5 rounded px-2 no-underline outline-offset-[-2px]',
        props.collapsed && 'justify-center',
        props.active ? 'bg-hover font-medium text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
      )}
    >
      {props.icon}
      {props.collapsed ? null : <span className="min-w-0 flex-1 truncate">{props.label}</span>}
      {props.collapsed ? null : props.aside}
    </Link>
  );
  return props.collapsed ? (
    <Tooltip text={props.label} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  );
}

/** The project that the sidebar shows, and the way to another. */
export function ProjectSwitcher({ compact, iconOnly = false }: { compact: boolean; iconOnly?: boolean }) {
  const { projectId } = useFrame();
  const projects = useProjects();
  const current = useProject(projectId);
  const name = current.data?.name ?? (projectId ? '…' : 'Choose a project');
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`Project: ${name}. Switch`}
          data-testid="project-switcher"
          className={clsx(
            'flex h-8 min-w-0 cursor-pointer items-center gap-2 rounded text-left hover:bg-hover',
            iconOnly ? 'w-full justify-center' : 'w-full border border-line-strong bg-surface px-2',
            compact && 'max-w-44',
          )}
        >
          {iconOnly ? (
            <FolderOpen aria-hidden className="size-4 text-ink-2" />
          ) : (
            <bdi className="min-w-0 flex-1 truncate font-medium">{name}</bdi>
          )}
          {iconOnly ? null : <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-ink-3" />}
        </button>
      }
      groups={[
        (projects.data ?? []).slice(0, 30).map((project) => ({
          id: project.id,
          label: <bdi>{project.name}</bdi>,
          render: <Link href={routes.project(project.id)} />,
          aside: project.championModelId ? <Wreath className="size-4 text-accent-text" title="has a champion" /> : null,
        })),
        [
          {
            id: 'all',
            label: 'All projects',
            icon: <FolderOpen aria-hidden className="size-4" />,
            render: <Link href={routes.projects} />,
          },
          {
            id: 'new',
            label: 'New project',
            icon: <Plus aria-hidden className="size-4" />,
            render: <Link href={`${routes.projects}?new=1`} />,
          },
        ],
      ]}
    />
  );
}

/** The sections of the project under the thumb, on phones. */
export function BottomBar() {
  const { projectId } = useFrame();
  const path = usePathname();
  const here = sectionOf(path);
  const approvals = usePendingApprovals();
  if (!projectId) return null;
  const entry = 'flex flex-1 flex-col items-center gap-0.5 rounded py-1.5 text-tiny no-underline';
  return (
    <nav
      aria-label="Project"
      className="fixed inset-x-0 bottom-0 z-30 flex border-line-strong border-t bg-page px-1 pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {sections.map((section) => (
        <Link
          key={section.id}
          href={section.href(projectId)}
          aria-current={here === section.id ? 'page' : undefined}
          className={clsx(entry, here === section.id ? 'font-medium text-ink' : 'text-ink-2')}
        >
          <section.icon className="size-5" />
          {section.label}
        </Link>
      ))}
      <Link
        href={routes.approvals}
        aria-current={path.startsWith('/approvals') ? 'page' : undefined}
        className={clsx(entry, 'relative', path.startsWith('/approvals') ? 'font-medium text-ink' : 'text-ink-2')}
      >
        <ShieldCheck aria-hidden className="size-5" />
        Approvals
        {approvals.data?.length ? (
          <span className="absolute top-1 right-[22%] size-2 rounded-full bg-warn">
            <span className="sr-only">{approvals.data.length} waiting</span>
          </span>
        ) : null}
      </Link>
    </nav>
  );
}
