'use client';
import type { AuditRow, AuditVerification, ChampionEntry, ChampionView, PromotionView } from '@laurel/contracts';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import type { Page } from '../types.ts';

export function usePromotions(filter: { projectId?: string | undefined; status?: string | undefined }) {
  return useQuery({
    queryKey: ['promotion-requests', filter],
    queryFn: ({ signal }) =>
      api.get<Page<PromotionView>>('/promotion-requests', { ...filter, limit: 100, sort: '-createdAt' }, signal),
    select: (page) => page.items,
  });
}

export function usePromotion(id: string) {
  return useQuery({
    queryKey: ['promotion-requests', id],
    queryFn: ({ signal }) => api.get<PromotionView>(`/promotion-requests/${id}`, undefined, signal),
    refetchInterval: (query) => (query.state.data?.status === 'pending' ? 5000 : false),
  });
}

export function useRequestPromotion(modelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { reason: string; newContract?: boolean }) =>
      api.post<PromotionView>(`/models/${modelId}/promotion-requests`, input),
    onSuccess: () => void client.invalidateQueries(),
  });
}

export type Decision = 'approve' | 'reject' | 'withdraw';

export function useDecide(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { decision: Decision; comment: string; checklist?: Record<string, boolean> }) =>
      api.post<PromotionView>(
        `/promotion-requests/${id}/${input.decision}`,
        input.decision === 'withdraw'
          ? {}
          : { comment: input.comment, ...(input.checklist ? { checklist: input.checklist } : {}) },
      ),
    onSettled: () => void client.invalidateQueries(),
  });
}

/** Null when the project has none yet. The ledger is asked first: it answers without an error when it is empty. */
export function useChampion(projectId: string) {
  return useQuery({
    queryKey: ['projects', projectId, 'champion'],
    queryFn: async ({ signal }) => {
      const ledger = await api.get<{ items: ChampionEntry[] }>(
        `/projects/${projectId}/champion/history`,
        undefined,
        signal,
      );
      if (ledger.items.length === 0) return null;
      return api.get<ChampionView>(`/projects/${projectId}/champion`, undefined, signal);
    },
  });
}

export function useChampionHistory(projectId: string) {
  return useQuery({
    queryKey: ['projects', projectId, 'champion', 'history'],
    queryFn: ({ signal }) =>
      api.get<{ items: ChampionEntry[] }>(`/projects/${projectId}/champion/history`, undefined, signal),
    select: (answer) => answer.items,
  });
}

export function useRollback(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => api.post<ChampionView>(`/projects/${projectId}/champion/rollback`, { reason }),
    onSuccess: () => void client.invalidateQueries(),
  });
}

export interface AuditFilter {
  q?: string | undefined;
  action?: string | undefined;
}

export function useAudit(filter: AuditFilter) {
  return useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<AuditRow>>('/audit', { ...filter, limit: 50, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

export function useAuditVerification() {
  return useQuery({
    queryKey: ['audit', 'verification'],
    queryFn: ({ signal }) => api.get<AuditVerification>('/audit/verify', undefined, signal),
    staleTime: 30_000,
  });
}
