'use client';
import type { PromotionView } from '@laurel/contracts';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api.ts';
import type { Page } from '../types.ts';

export interface WorkersView {
  workers: { id: string; host: string; slots: number; busy: number; seenAt: string }[];
}

/** Live workers; the list may come under `items` or `workers`. */
export function useWorkers() {
  return useQuery({
    queryKey: ['workers'],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Partial<WorkersView> & { items?: WorkersView['workers'] }>(
        '/workers',
        undefined,
        signal,
      );
      return answer.items ?? answer.workers ?? [];
    },
    refetchInterval: 10_000,
    retry: false,
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
