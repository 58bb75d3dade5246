import { Suspense } from 'react';
import { Projects } from '@/screens/projects/projects.tsx';

export default function ProjectsPage() {
  return (
    <Suspense>
      <Projects />
    </Suspense>
  );
}
