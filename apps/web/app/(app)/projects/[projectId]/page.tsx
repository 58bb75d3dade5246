import { Overview } from '@/screens/home/overview.tsx';

export default async function OverviewPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return <Overview projectId={projectId} />;
}
