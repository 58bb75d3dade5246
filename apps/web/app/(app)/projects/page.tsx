import { Projects } from '@/screens/projects/projects.tsx';

export default function ProjectsPage() {
  return <Projects />;
}
