import { ModelScreen } from '@/screens/model/model-screen.tsx';

export default async function ModelPage({ params }: { params: Promise<{ modelId: string }> }) {
  const { modelId } = await params;
  return <ModelScreen id={modelId} />;
}
