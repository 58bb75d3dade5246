'use client';
import { formatAgo } from '@laurel/ui/format';
import { useEffect, useState } from 'react';

/** The time in milliseconds, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** "4 min ago", kept right while the page stays open. */
export function useAgo(at: string): string {
  const now = useNow(15_000);
  return formatAgo(Date.parse(at), now);
}
