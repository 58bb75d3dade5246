'use client';
import { useSyncExternalStore } from 'react';

const subscribe = () => () => {};

/** False on the server and in the first paint, true after. */
export function useMounted(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  );
}
