import { ModelsScreen } from '@/screens/model/models-screen.tsx';

export default async function ModelsPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return <ModelsScreen projectId={projectId} />;
}
