import { Experiments } from '@/screens/experiments/experiments.tsx';

export default async function ExperimentsPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return <Experiments projectId={projectId} />;
}
