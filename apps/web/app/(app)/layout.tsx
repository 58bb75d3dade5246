import { catalog } from '@laurel/automl/catalog';
import { cookies, headers } from 'next/headers';
import { redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { webEnv } from '@/env.ts';
import { projectCookie, sidebarCookie, themeCookie } from '@/frame/cookies.ts';
import { Frame } from '@/frame/frame.tsx';
import { currentActor } from '@/server/session.ts';

/** Everything behind the sign-in. */
export default async function AppLayout({ children }: { children: ReactNode }) {
  const path = (await headers()).get('x-path') ?? '/';
  const actor = await currentActor();
  if (!actor) redirect(path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`);
  const jar = await cookies();
  const theme = jar.get(themeCookie)?.value;
  return (
    <Frame
      me={{ userId: actor.userId, name: actor.name, admin: actor.installationRole === 'admin' }}
      initialProjectId={jar.get(projectCookie)?.value ?? null}
      initialTheme={theme === 'light' || theme === 'dark' ? theme : 'system'}
      initiallyCollapsed={jar.get(sidebarCookie)?.value === 'small'}
      maxUploadBytes={webEnv().maxUploadBytes}
      families={catalog.map(({ id, label }) => ({ id, label }))}
    >
      {children}
    </Frame>
  );
}
