import { Data } from '@/screens/data/data.tsx';

export default async function DataPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return <Data projectId={projectId} />;
}
