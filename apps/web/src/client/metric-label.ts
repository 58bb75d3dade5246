import { metricById } from '@laurel/evaluation';

/** A metric as people call it; an id that this build does not know stays as it is. */
export function metricLabel(id: string): string {
  return metricById(id)?.label ?? id;
}
