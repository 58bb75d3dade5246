'use client';
import type { DatasetView, ExperimentView, PromotionView } from '@laurel/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import type { Page } from '../types.ts';

/** How many training processes there are in all live workers, and how many of them work now. */
export interface Workers {
  live: number;
  slots: number;
  busy: number;
}

export function useWorkers() {
  return useQuery({
    queryKey: ['workers'],
    queryFn: ({ signal }) => api.get<Workers>('/workers', undefined, signal),
    refetchInterval: 5000,
  });
}

export interface Sample {
  id: string;
  name: string;
  description: string;
  target: string;
  task: string;
  rows: number;
  columns: number;
  budgetSeconds: number;
  source: string;
  /** heights of a histogram of a telling column, 0 to 1 */
  sparkline: number[];
}

export function useSamples() {
  return useQuery({
    queryKey: ['samples'],
    queryFn: ({ signal }) => api.get<{ items: Sample[] }>('/samples', undefined, signal),
    select: (answer) => answer.items,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Imports a sample and starts an experiment on it, in one step. */
export function useTrainSample() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, projectId }: { id: string; projectId: string | undefined }) =>
      api.post<{ projectId: string; dataset: DatasetView; experiment: ExperimentView }>(
        `/samples/${id}/train`,
        projectId === undefined ? {} : { projectId },
      ),
    // not awaited: the person goes on to the run at once
    onSuccess: () => void client.invalidateQueries(),
  });
}

export function usePendingApprovals() {
  return useQuery({
    queryKey: ['promotion-requests', { status: 'pending' }],
    queryFn: ({ signal }) =>
      api.get<Page<PromotionView>>('/promotion-requests', { status: 'pending', limit: 100 }, signal),
    select: (page) => page.items,
    refetchInterval: 15_000,
  });
}
