'use client';
import type { ProjectRole } from '@laurel/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import type { Member, Page, Project } from '../types.ts';

export function useProjects() {
  return useQuery({
    queryKey: ['projects'],
    queryFn: ({ signal }) => api.get<Page<Project>>('/projects', { limit: 200, sort: '-createdAt' }, signal),
    select: (page) => page.items,
  });
}

export function useProject(id: string | null | undefined) {
  return useQuery({
    queryKey: ['projects', id],
    queryFn: ({ signal }) => api.get<Project>(`/projects/${id}`, undefined, signal),
    enabled: Boolean(id),
  });
}

export function useSaveProject(id?: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { name: string; description: string }) =>
      id ? api.patch<Project>(`/projects/${id}`, input) : api.post<Project>('/projects', input),
    onSuccess: () => client.invalidateQueries({ queryKey: ['projects'] }),
  });
}

export function useDeleteProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/projects/${id}`),
    onSuccess: () => client.invalidateQueries(),
  });
}

export function useMembers(projectId: string) {
  return useQuery({
    queryKey: ['projects', projectId, 'members'],
    queryFn: ({ signal }) => api.get<Page<Member>>(`/projects/${projectId}/members`, undefined, signal),
    select: (page) => page.items,
  });
}

export function useSetMembers(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (members: { userId?: string; email?: string; role: ProjectRole }[]) =>
      api.put<Page<Member>>(`/projects/${projectId}/members`, { members }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['projects', projectId] }),
  });
}
