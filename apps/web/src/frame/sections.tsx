import { Wreath } from '@laurel/ui';
import { Boxes, ChartNoAxesColumn, Database, FlaskConical, type LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import { routes } from '@/client/routes.ts';

export interface Section {
  id: string;
  label: string;
  icon: LucideIcon | ComponentType<{ className?: string }>;
  href: (projectId: string) => string;
  /** the second key after g */
  key: string;
  /** paths of single things that belong to this section */
  owns: readonly string[];
}

/** The pages of a project in the order of the journey. */
export const sections: readonly Section[] = [
  { id: 'overview', label: 'Overview', icon: ChartNoAxesColumn, href: routes.project, key: 'o', owns: [] },
  { id: 'data', label: 'Data', icon: Database, href: routes.data, key: 'd', owns: ['/datasets/'] },
  {
    id: 'experiments',
    label: 'Experiments',
    icon: FlaskConical,
    href: routes.experiments,
    key: 'e',
    owns: ['/experiments/'],
  },
  { id: 'models', label: 'Models', icon: Boxes, href: routes.models, key: 'm', owns: ['/models/', '/compare'] },
  { id: 'champion', label: 'Champion', icon: Wreath, href: routes.champion, key: 'c', owns: [] },
];

/** Which section a path belongs to; null for pages outside of projects. */
export function sectionOf(path: string): string | null {
  const inProject = /^\/projects\/[^/]+(?:\/([^/]+))?$/.exec(path);
  if (inProject) return inProject[1] ?? 'overview';
  return sections.find((section) => section.owns.some((prefix) => path.startsWith(prefix)))?.id ?? null;
}
