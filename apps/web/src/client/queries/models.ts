'use client';
import type {
  BatchReport,
  Evaluation,
  Importance,
  LearningCurves,
  ModelComparison,
  ModelView,
  PartialDependence,
  PredictResponse,
} from '@laurel/contracts';
import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, apiPath, failureOf, offline, queryString } from '../api.ts';
import type { Page } from '../types.ts';

/** What was computed of a finished model does not change. */
const settled = { staleTime: 300_000, gcTime: 600_000 } as const;

export function useModels(filter: { projectId?: string | null | undefined; experimentId?: string | undefined }) {
  return useQuery({
    queryKey: ['models', filter],
    queryFn: ({ signal }) => api.get<Page<ModelView>>('/models', { ...filter, limit: 200, sort: '-createdAt' }, signal),
    select: (page) => page.items,
    enabled: Boolean(filter.projectId ?? filter.experimentId),
  });
}

export function useModel(id: string | null) {
  return useQuery({
    queryKey: ['models', id],
    queryFn: ({ signal }) => api.get<ModelView>(`/models/${id}`, undefined, signal),
    enabled: id !== null,
  });
}

export function useEvaluation(id: string, split: 'oof' | 'holdout', enabled = true) {
  return useQuery({
    queryKey: ['models', id, 'evaluation', split],
    queryFn: ({ signal }) => api.get<Evaluation>(`/models/${id}/evaluation`, { split }, signal),
    enabled,
    ...settled,
  });
}

export function useImportance(id: string, enabled = true) {
  return useQuery({
    queryKey: ['models', id, 'importance'],
    queryFn: ({ signal }) => api.get<Importance>(`/models/${id}/importance`, undefined, signal),
    enabled,
    ...settled,
  });
}

const dependenceQuery = (id: string, feature: string | null, ice: number) => ({
  queryKey: ['models', id, 'partial-dependence', feature, ice],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get<PartialDependence>(`/models/${id}/partial-dependence`, { feature, ice }, signal),
  enabled: feature !== null,
  ...settled,
});

export function usePartialDependence(id: string, feature: string | null, ice: number) {
  return useQuery(dependenceQuery(id, feature, ice));
}

/** The same feature of several models, in the order of `ids`. */
export function usePartialDependences(ids: readonly string[], feature: string | null) {
  return useQueries({ queries: ids.map((id) => dependenceQuery(id, feature, 0)) });
}

const curvesQuery = (id: string) => ({
  queryKey: ['models', id, 'learning-curves'],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get<LearningCurves>(`/models/${id}/learning-curves`, undefined, signal),
  ...settled,
});

export function useLearningCurves(id: string) {
  return useQuery(curvesQuery(id));
}

export function useManyLearningCurves(ids: readonly string[]) {
  return useQueries({ queries: ids.map(curvesQuery) });
}

export function useManyEvaluations(ids: readonly string[]) {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ['models', id, 'evaluation', 'oof'],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.get<Evaluation>(`/models/${id}/evaluation`, { split: 'oof' }, signal),
      ...settled,
    })),
  });
}

export function useComparison(ids: readonly string[]) {
  return useQuery({
    queryKey: ['comparison', ids],
    queryFn: ({ signal }) => api.get<ModelComparison>('/models/compare', { ids: ids.join(',') }, signal),
    enabled: ids.length >= 2,
  });
}

export type PredictRow = Record<string, string | number | boolean | null>;

/** One model, or a project's champion. */
export type PredictTarget = { modelId: string } | { projectId: string };

export function predictPath(target: PredictTarget): string {
  return 'modelId' in target ? `/models/${target.modelId}/predict` : `/projects/${target.projectId}/predict`;
}

/**
 * The answer for one row, asked anew when the row changes; the last one stays until the next is there.
 * @param level share of cases that the interval of a value holds; null: the model's own
 */
export function usePrediction(target: PredictTarget, modelId: string, row: PredictRow, level: number | null) {
  return useQuery({
    // with the model, since a project's champion changes
    queryKey: ['prediction', modelId, predictPath(target), row, level],
    queryFn: () => api.post<PredictResponse>(predictPath(target) + queryString({ level }), { rows: [row] }),
    placeholderData: keepPreviousData,
    ...settled,
  });
}

interface Job {
  id: string;
  status: 'queued' | 'running' | 'completed' | 'failed';
}

/** Asks for a job of the background until it has ended, well or not. */
async function untilEnded<J extends Job>(first: J, everyMs: number): Promise<J> {
  let job = first;
  while (job.status === 'queued' || job.status === 'running') {
    await new Promise((done) => setTimeout(done, everyMs));
    job = await api.get<J>(`/jobs/${job.id}`);
  }
  return job;
}

/** How a model is made of one that was trained: fitted on all training rows, or one small model that learns its answers. */
export type RefitKind = 'full' | 'distilled';

export interface Refit extends Job {
  /** the new model, once the job is completed */
  newModelId: string | null;
  error: { code: string; message: string } | null;
}

/** Makes a new model of this one and waits for it; what went wrong in the background is in `error`. */
export function useRefit(modelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (kind: RefitKind) =>
      untilEnded(await api.post<Refit>(`/models/${modelId}/refit`, { kind }), 1000),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['models'] });
      void client.invalidateQueries({ queryKey: ['experiments'] });
    },
  });
}

export interface ScoredFile extends Job {
  report: BatchReport | null;
  downloadUrl: string | null;
  error: { code: string; message: string } | null;
}

/** Sends a CSV to be scored and waits for its report; the download is at `downloadUrl`. */
export function useScoreFile(modelId: string) {
  return useMutation({
    mutationFn: async (file: File): Promise<ScoredFile> => {
      let response: Response;
      try {
        response = await fetch(apiPath(`/models/${modelId}/batch-predictions`), {
          method: 'POST',
          body: file,
          headers: { 'content-type': 'text/csv' },
          credentials: 'same-origin',
        });
      } catch {
        throw offline();
      }
      const text = await response.text();
      if (!response.ok) throw failureOf(response.status, text);
      return untilEnded(JSON.parse(text) as ScoredFile, 500);
    },
  });
}
