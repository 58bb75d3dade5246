import { RequestScreen } from '@/screens/promotion/request-screen.tsx';

export default async function PromotePage({ params }: { params: Promise<{ modelId: string }> }) {
  const { modelId } = await params;
  return <RequestScreen modelId={modelId} />;
}
