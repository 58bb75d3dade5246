'use client';
import type { DatasetView, ParseOptions } from '@laurel/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { asFailure } from '@/client/api.ts';
import { useDataset } from '@/client/queries/datasets.ts';
import { uploadDataset } from '@/client/upload.ts';

export interface UploadFailure {
  message: string;
  code?: string | undefined;
  requestId?: string | undefined;
  status?: number | undefined;
}

export type UploadState =
  | { step: 'idle' }
  | { step: 'sending'; file: File; sentBytes: number; bytesPerSecond: number | null }
  | { step: 'reading'; file: File; datasetId: string }
  | { step: 'failed'; file: File; failure: UploadFailure; datasetId: string | null };

/**
 * An upload from the choice of the file until its table is read. The file stays in hand, so that what was misread
 * can be sent again with other options.
 */
export function useUpload(projectId: string | undefined, onReady: (dataset: DatasetView) => void) {
  const [state, setState] = useState<UploadState>({ step: 'idle' });
  const abort = useRef<AbortController | null>(null);
  const client = useQueryClient();
  const reading = useDataset(state.step === 'reading' ? state.datasetId : null);

  useEffect(() => () => abort.current?.abort(), []);
  useEffect(() => {
    if (state.step !== 'reading' || !reading.data || reading.data.id !== state.datasetId) return;
    if (reading.data.status === 'ready') onReady(reading.data);
    if (reading.data.status === 'failed') {
      const failure = reading.data.error ?? { message: 'The table could not be read.' };
      setState({ step: 'failed', file: state.file, failure, datasetId: state.datasetId });
    }
  }, [state, reading.data, onReady]);

  const start = useCallback(
    async (file: File, parse: ParseOptions) => {
      const controller = new AbortController();
      abort.current?.abort();
      abort.current = controller;
      const speed = makeSpeedometer();
      setState({ step: 'sending', file, sentBytes: 0, bytesPerSecond: null });
      try {
        const dataset = await uploadDataset(file, {
          projectId,
          parse,
          signal: controller.signal,
          onProgress: ({ sentBytes }) =>
            setState({ step: 'sending', file, sentBytes, bytesPerSecond: speed(sentBytes, performance.now()) }),
        });
        await client.invalidateQueries({ queryKey: ['datasets'] });
        await client.invalidateQueries({ queryKey: ['projects'] });
        setState({ step: 'reading', file, datasetId: dataset.id });
      } catch (error) {
        if (controller.signal.aborted) setState({ step: 'idle' });
        else setState({ step: 'failed', file, failure: asFailure(error), datasetId: null });
      }
    },
    [projectId, client],
  );
  const cancel = useCallback(() => abort.current?.abort(), []);
  const reset = useCallback(() => setState({ step: 'idle' }), []);
  return { state, start, cancel, reset };
}

/** Bytes per second over the last three seconds; null until half a second was seen. */
export function makeSpeedometer(): (bytes: number, atMs: number) => number | null {
  const seen: { bytes: number; atMs: number }[] = [];
  return (bytes, atMs) => {
    seen.push({ bytes, atMs });
    while (seen.length > 2 && seen[0]!.atMs < atMs - 3000) seen.shift();
    const first = seen[0]!;
    const elapsedMs = atMs - first.atMs;
    return elapsedMs < 500 ? null : ((bytes - first.bytes) / elapsedMs) * 1000;
  };
}
