'use client';
import type {
  ExperimentExtension,
  ExperimentPlan,
  ExperimentRequestBody,
  ExperimentView,
  Leaderboard,
  TrialView,
} from '@laurel/contracts';
import { endedStatuses } from '@laurel/contracts';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api } from '../api.ts';
import type { Page } from '../types.ts';

/** The body of POST /experiments as a form makes it. */
export type ExperimentDraft = ExperimentRequestBody;

export function isEnded(experiment: { status: ExperimentView['status'] } | undefined): boolean {
  return experiment !== undefined && endedStatuses.includes(experiment.status);
}

export function useExperiments(filter: { projectId?: string | null | undefined; datasetId?: string | undefined }) {
  return useQuery({
    queryKey: ['experiments', filter],
    queryFn: ({ signal }) =>
      api.get<Page<ExperimentView>>('/experiments', { ...filter, limit: 200, sort: '-createdAt' }, signal),
    select: (page) => page.items,
    enabled: Boolean(filter.projectId ?? filter.datasetId),
    refetchInterval: (query) => (query.state.data?.items.some((experiment) => !isEnded(experiment)) ? 2000 : false),
  });
}

export function useExperiment(id: string, enabled = true) {
  return useQuery({
    enabled,
    queryKey: ['experiments', id],
    queryFn: ({ signal }) => api.get<ExperimentView>(`/experiments/${id}`, undefined, signal),
    refetchInterval: (query) => (query.state.data && isEnded(query.state.data) ? false : 1000),
  });
}

export function useTrials(id: string, options: { enabled: boolean; refetchMs?: number }) {
  const trials = useQuery({
    queryKey: ['experiments', id, 'trials'],
    queryFn: ({ signal }) => api.get<{ items: TrialView[] }>(`/experiments/${id}/trials`, undefined, signal),
    select: (answer) => answer.items,
    enabled: options.enabled,
    refetchInterval: options.refetchMs ?? false,
  });
  useLastLook(trials, options.refetchMs !== undefined);
  return trials;
}

/** Asks once more when a run has ended: what was asked for last may be older than its last model, the ensemble. */
function useLastLook({ refetch }: { refetch: () => Promise<unknown> }, live: boolean): void {
  const wasLive = useRef(live);
  useEffect(() => {
    if (wasLive.current && !live) void refetch();
    wasLive.current = live;
  }, [live, refetch]);
}

export function useLeaderboard(id: string, options: { live: boolean; enabled?: boolean }) {
  const { live } = options;
  const board = useQuery({
    queryKey: ['experiments', id, 'leaderboard'],
    queryFn: ({ signal }) => api.get<Leaderboard>(`/experiments/${id}/leaderboard`, undefined, signal),
    enabled: options.enabled ?? true,
    refetchInterval: live ? 1500 : false,
    placeholderData: keepPreviousData,
  });
  useLastLook(board, live);
  return board;
}

/** The dry run of a draft; null until a target is chosen. The last plan stays while the next is made. */
export function usePlan(draft: ExperimentDraft | null) {
  return useQuery({
    queryKey: ['plan', draft],
    queryFn: () => api.post<ExperimentPlan>('/experiments/plan', draft),
    enabled: draft !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
}

export function useStartExperiment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: ExperimentDraft) => api.post<{ id: string }>('/experiments', draft),
    onSuccess: () => client.invalidateQueries({ queryKey: ['experiments'] }),
  });
}

export type ExperimentCommand = 'finish' | 'cancel' | 'pause' | 'resume' | 'reveal-holdout';

export function useExperimentCommand(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: ExperimentCommand) => api.post<ExperimentView>(`/experiments/${id}/${command}`),
    onSettled: () => client.invalidateQueries({ queryKey: ['experiments', id] }),
  });
}

/** Adds seconds or trials to a run that goes on, whichever limits it. */
export function useExtendExperiment(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (more: ExperimentExtension) => api.post<ExperimentView>(`/experiments/${id}/extend`, more),
    onSettled: () => client.invalidateQueries({ queryKey: ['experiments', id] }),
  });
}

export function useDeleteExperiment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/experiments/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['experiments'] }),
  });
}
