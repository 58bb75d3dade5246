'use client';
import { Instant } from '@laurel/ui';
import { useAgo } from './now.ts';

export function Ago({ at, prefix }: { at: string; prefix?: string }) {
  const words = useAgo(at);
  return (
    <Instant at={at}>
      {prefix ? `${prefix} ` : ''}
      {words}
    </Instant>
  );
}
