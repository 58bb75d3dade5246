/** Preferences that the server must know for the first paint. None of them is secret. */
export const themeCookie = 'laurel-theme';
export const sidebarCookie = 'laurel-sidebar';
export const projectCookie = 'laurel-project';

/** Keeps a preference for a year. Empty removes it. */
export function keepCookie(name: string, value: string): void {
  const age = value === '' ? 0 : 31_536_000;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and outside https
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${age}; samesite=lax`;
}
