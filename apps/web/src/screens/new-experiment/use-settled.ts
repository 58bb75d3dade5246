'use client';
import { useEffect, useState } from 'react';

/** The value once it has not changed for `quietMs`, so that typing does not ask the server for every letter. */
export function useSettled<T>(value: T, quietMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), quietMs);
    return () => clearTimeout(timer);
  }, [value, quietMs]);
  return settled;
}
