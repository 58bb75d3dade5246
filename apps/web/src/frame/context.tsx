'use client';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { Me } from '@/client/types.ts';
import { keepCookie, projectCookie } from './cookies.ts';

interface FrameState {
  me: Me;
  /** the project whose pages the sidebar shows; null before any was opened */
  projectId: string | null;
  showProject: (id: string) => void;
  maxUploadBytes: number | null;
}

const FrameContext = createContext<FrameState | null>(null);

export function FrameProvider({
  me,
  initialProjectId,
  maxUploadBytes,
  children,
}: {
  me: Me;
  initialProjectId: string | null;
  maxUploadBytes: number | null;
  children: ReactNode;
}) {
  const [projectId, setProjectId] = useState(initialProjectId);
  const showProject = useCallback((id: string) => {
    setProjectId(id);
    keepCookie(projectCookie, id);
  }, []);
  const value = useMemo(
    () => ({ me, projectId, showProject, maxUploadBytes }),
    [me, projectId, showProject, maxUploadBytes],
  );
  return <FrameContext value={value}>{children}</FrameContext>;
}

export function useFrame(): FrameState {
  const state = useContext(FrameContext);
  if (!state) throw new Error('useFrame is for pages inside the frame.');
  return state;
}

/** Makes the sidebar show this project, once it is known. */
export function useShownProject(id: string | null | undefined): void {
  const { showProject } = useFrame();
  useEffect(() => {
    if (id) showProject(id);
  }, [id, showProject]);
}
