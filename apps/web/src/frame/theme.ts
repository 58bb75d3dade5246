'use client';
import { useCallback, useState } from 'react';
import { keepCookie, themeCookie } from './cookies.ts';

export type Theme = 'light' | 'dark' | 'system';

/** The theme and its switch. Kept in a cookie, so the server paints the next page right from the start. */
export function useTheme(initial: Theme): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(initial);
  const change = useCallback((next: Theme) => {
    setTheme(next);
    keepCookie(themeCookie, next === 'system' ? '' : next);
    if (next === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
  }, []);
  return [theme, change];
}
