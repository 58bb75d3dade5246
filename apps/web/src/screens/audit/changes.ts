/** Fields that differ between two recorded states, as text. */
export function changes(before: unknown, after: unknown): { field: string; before: string; after: string }[] {
  const a = asRecord(before);
  const b = asRecord(after);
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return names
    .filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]))
    .map((field) => ({ field, before: words(a[field]), after: words(b[field]) }));
}

function asRecord(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : { value };
}

function words(value: unknown): string {
  if (value === undefined || value === null) return '—';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
