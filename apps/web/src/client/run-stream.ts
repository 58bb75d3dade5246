'use client';
import type { RunEvent } from '@laurel/contracts';
import { useEffect, useReducer, useState } from 'react';
import { apiPath } from './api.ts';
import { applyEvents, emptyRun } from './run-state.ts';

export type StreamStatus = 'connecting' | 'live' | 'reconnecting' | 'ended';

/** Events come in bursts after a reload; drawing once per burst keeps the page quick. */
const flushMs = 120;
const reopenMs = 2500;

/**
 * Follows a run. The browser reconnects by itself and says which event was last; where it gives up (an answer that is
 * no stream), the stream is opened again after the last event that was seen.
 */
export function useRunStream(experimentId: string, enabled: boolean) {
  const [state, add] = useReducer(applyEvents, emptyRun);
  const [status, setStatus] = useState<StreamStatus>('connecting');
  useEffect(() => {
    if (!enabled) return;
    let source: EventSource | null = null;
    let buffer: RunEvent[] = [];
    let flushTimer: ReturnType<typeof setTimeout> | undefined;
    let reopenTimer: ReturnType<typeof setTimeout> | undefined;
    let lastId = 0;
    const flush = () => {
      flushTimer = undefined;
      const events = buffer;
      buffer = [];
      add(events);
    };
    const open = () => {
      source = new EventSource(apiPath(`/experiments/${experimentId}/events`, { after: lastId || undefined }));
      source.onopen = () => setStatus('live');
      source.onmessage = (message: MessageEvent<string>) => {
        const event = JSON.parse(message.data) as RunEvent;
        lastId = Math.max(lastId, event.id);
        buffer.push(event);
        flushTimer ??= setTimeout(flush, flushMs);
      };
      source.addEventListener('end', () => {
        source?.close();
        setStatus('ended');
      });
      source.onerror = () => {
        setStatus('reconnecting');
        if (source?.readyState === EventSource.CLOSED) reopenTimer = setTimeout(open, reopenMs);
      };
    };
    open();
    return () => {
      source?.close();
      clearTimeout(flushTimer);
      clearTimeout(reopenTimer);
    };
  }, [experimentId, enabled]);
  return { state, status };
}
