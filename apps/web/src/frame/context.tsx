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
  /** model families as the engine's catalog names them */
  families: readonly FamilyName[];
}

export interface FamilyName {
  id: string;
  label: string;
}

const FrameContext = createContext<FrameState | null>(null);

export function FrameProvider({
  me,
  initialProjectId,
  maxUploadBytes,
  families,
  children,
}: {
  me: Me;
  initialProjectId: string | null;
  maxUploadBytes: number | null;
  families: readonly FamilyName[];
  children: ReactNode;
}) {
  const [projectId, setProjectId] = useState(initialProjectId);
  const showProject = useCallback((id: string) => {
    setProjectId(id);
    keepCookie(projectCookie, id);
  }, []);
  const value = useMemo(
    () => ({ me, projectId, showProject, maxUploadBytes, families }),
    [me, projectId, showProject, maxUploadBytes, families],
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

/** The name of a family for people; its id when the catalog does not know it. */
export function useFamilyLabel(): (id: string) => string {
  const { families } = useFrame();
  return useCallback((id: string) => families.find((family) => family.id === id)?.label ?? id, [families]);
}
