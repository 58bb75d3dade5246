'use client';
import type { ColumnType, DatasetProfile, DatasetView } from '@laurel/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import type { Page } from '../types.ts';

export function useDatasets(projectId: string | null | undefined) {
  return useQuery({
    queryKey: ['datasets', { projectId }],
    queryFn: ({ signal }) =>
      api.get<Page<DatasetView>>('/datasets', { projectId, limit: 200, sort: '-createdAt' }, signal),
    select: (page) => page.items,
    enabled: Boolean(projectId),
    refetchInterval: (query) =>
      query.state.data?.items.some((dataset) => dataset.status === 'profiling') ? 1000 : false,
  });
}

export function useDataset(id: string | null | undefined) {
  return useQuery({
    queryKey: ['datasets', id],
    queryFn: ({ signal }) => api.get<DatasetView>(`/datasets/${id}`, undefined, signal),
    enabled: Boolean(id),
    refetchInterval: (query) => (query.state.data?.status === 'profiling' ? 700 : false),
  });
}

export function useProfile(id: string, ready: boolean) {
  return useQuery({
    queryKey: ['datasets', id, 'profile'],
    queryFn: ({ signal }) => api.get<DatasetProfile>(`/datasets/${id}/profile`, undefined, signal),
    enabled: ready,
    staleTime: 60_000,
  });
}

export type Cell = string | number | boolean | null;
export interface RowsPage {
  /** in the order of the dataset's columns */
  columns: string[];
  rows: Cell[][];
  offset: number;
  total: number;
}

export function useRows(id: string, ready: boolean, limit: number, offset = 0) {
  return useQuery({
    queryKey: ['datasets', id, 'rows', limit, offset],
    queryFn: ({ signal }) => api.get<RowsPage>(`/datasets/${id}/rows`, { limit, offset }, signal),
    enabled: ready,
    staleTime: 60_000,
  });
}

export function useSetColumnType(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ column, type }: { column: string; type: ColumnType }) =>
      api.patch<DatasetView>(`/datasets/${id}/columns/${encodeURIComponent(column)}`, { type }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['datasets', id] }),
  });
}

export function useDeleteDataset() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/datasets/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['datasets'] }),
  });
}
