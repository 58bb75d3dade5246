'use client';
import { IconButton, Kbd, Menu, OfflineChip, toast, Wreath } from '@laurel/ui';
import { useQueryClient } from '@tanstack/react-query';
import { CircleQuestionMark, CircleUser, KeyRound, LogOut, Monitor, Moon, Search, Sun, Users } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { ApiFailure, api, asFailure } from '@/client/api.ts';
import { routes } from '@/client/routes.ts';
import type { Me } from '@/client/types.ts';
import { type FamilyName, FrameProvider } from './context.tsx';
import { useOnline } from './online.ts';
import { Palette } from './palette.tsx';
import { ShortcutSheet, useShortcuts } from './shortcuts.tsx';
import { BottomBar, ProjectSwitcher, Sidebar } from './sidebar.tsx';
import { type Theme, useTheme } from './theme.ts';

export interface FrameProps {
  me: Me;
  initialProjectId: string | null;
  initialTheme: Theme;
  initiallyCollapsed: boolean;
  maxUploadBytes: number | null;
  families: readonly FamilyName[];
  children: ReactNode;
}

/** Everything around a page: sidebar, top bar, palette, shortcuts; a bottom bar on phones. */
export function Frame(props: FrameProps) {
  return (
    <FrameProvider
      me={props.me}
      initialProjectId={props.initialProjectId}
      maxUploadBytes={props.maxUploadBytes}
      families={props.families}
    >
      <Shell {...props} />
    </FrameProvider>
  );
}

function Shell({ me, initialTheme, initiallyCollapsed, children }: FrameProps) {
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [sheetOpen, setSheetOpen] = useState(false);
  const [collapsed, setCollapsed] = useState(initiallyCollapsed);
  const [theme, setTheme] = useTheme(initialTheme);
  const online = useOnline();
  useShortcuts({
    openPalette: () => setPaletteOpen(true),
    openSheet: () => setSheetOpen(true),
    toggleSidebar: () => setCollapsed((now) => !now),
    cycleTheme: () => setTheme(nextTheme[theme]),
  });
  return (
    <div className="flex min-h-dvh">
      <a
        href="#main"
        className="sr-only z-50 rounded bg-ink px-3 py-2 text-page focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the content
      </a>
      <Sidebar collapsed={collapsed} onCollapse={setCollapsed} />
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-line border-b bg-page px-4 md:px-6">
          <Link href={routes.home} aria-label="Laurel, home" className="rounded text-accent-text md:hidden">
            <Wreath className="size-6" />
          </Link>
          <div className="min-w-0 md:hidden">
            <ProjectSwitcher compact />
          </div>
          <nav aria-label="Breadcrumbs" id="breadcrumbs" className="hidden min-w-0 flex-1 md:block" />
          <div className="ml-auto flex shrink-0 items-center gap-0.5">
            {online ? null : <OfflineChip />}
            <button
              type="button"
              onClick={() => setPaletteOpen(true)}
              className="mr-1 hidden h-8 w-44 cursor-pointer items-center gap-2 rounded border border-line-strong bg-surface px-2.5 text-ink-3 hover:text-ink-2 lg:flex"
            >
              <Search aria-hidden className="size-3.5" />
              <span className="flex-1 text-left">Go to</span>
              <Kbd>Ctrl K</Kbd>
            </button>
            <IconButton label="Go to" shortcut="Ctrl K" className="lg:hidden" onClick={() => setPaletteOpen(true)}>
              <Search aria-hidden className="size-4" />
            </IconButton>
            <IconButton
              label="Keyboard shortcuts"
              shortcut="?"
              className="max-md:hidden"
              onClick={() => setSheetOpen(true)}
            >
              <CircleQuestionMark aria-hidden className="size-4" />
            </IconButton>
            <ThemeMenu theme={theme} onChange={setTheme} />
            <AccountMenu me={me} />
          </div>
        </header>
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 px-4 pt-5 pb-24 outline-none md:px-6 md:pb-12">
          {children}
        </main>
      </div>
      <BottomBar />
      <Palette open={paletteOpen} onOpenChange={setPaletteOpen} />
      <ShortcutSheet open={sheetOpen} onOpenChange={setSheetOpen} />
    </div>
  );
}

const nextTheme: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

function ThemeMenu({ theme, onChange }: { theme: Theme; onChange: (theme: Theme) => void }) {
  const Icon = theme === 'light' ? Sun : theme === 'dark' ? Moon : Monitor;
  const entry = (id: Theme, label: string, icon: ReactNode) => ({
    id,
    label,
    icon,
    aside: theme === id ? <span className="text-ink-3 text-small">now</span> : null,
    onSelect: () => onChange(id),
  });
  return (
    <Menu
      align="end"
      trigger={
        <button
          type="button"
          aria-label="Theme"
          className="flex size-8 cursor-pointer items-center justify-center rounded text-ink-2 hover:bg-hover hover:text-ink"
        >
          <Icon aria-hidden className="size-4" />
        </button>
      }
      groups={[
        [
          entry('light', 'Light', <Sun aria-hidden className="size-4" />),
          entry('dark', 'Dark', <Moon aria-hidden className="size-4" />),
          entry('system', 'As the system', <Monitor aria-hidden className="size-4" />),
        ],
      ]}
    />
  );
}

function AccountMenu({ me }: { me: Me }) {
  const client = useQueryClient();
  const signOut = async () => {
    try {
      await api.delete('/sessions/current');
    } catch (error) {
      // a session that has ended already is what was asked for; any other is still open, and its owner must know
      if (!(error instanceof ApiFailure && error.status === 401)) {
        toast({ kind: 'error', title: 'You are still signed in.', text: asFailure(error).message });
        return;
      }
    }
    client.clear();
    window.location.assign(routes.signIn);
  };
  return (
    <Menu
      align="end"
      heading={
        <span className="block max-w-60">
          <span className="block truncate font-medium">{me.name}</span>
          <span className="text-ink-2">{me.admin ? 'Administrator' : 'Member'}</span>
        </span>
      }
      trigger={
        <button
          type="button"
          aria-label={`Account of ${me.name}`}
          data-testid="account-menu"
          className="flex size-8 cursor-pointer items-center justify-center rounded text-ink-2 hover:bg-hover hover:text-ink"
        >
          <CircleUser aria-hidden className="size-4.5" />
        </button>
      }
      groups={[
        [
          ...(me.admin
            ? [
                {
                  id: 'people',
                  label: 'People',
                  icon: <Users aria-hidden className="size-4" />,
                  render: <Link href={routes.people} />,
                },
              ]
            : []),
          {
            id: 'account',
            label: 'Your account',
            icon: <CircleUser aria-hidden className="size-4" />,
            render: <Link href={routes.account} />,
          },
          {
            id: 'keys',
            label: 'API keys',
            icon: <KeyRound aria-hidden className="size-4" />,
            render: <Link href={routes.apiKeys} />,
          },
        ],
        [
          {
            id: 'out',
            label: 'Sign out',
            icon: <LogOut aria-hidden className="size-4" />,
            onSelect: () => void signOut(),
          },
        ],
      ]}
    />
  );
}
