import { DecisionScreen } from '@/screens/promotion/decision-screen.tsx';

export default async function PromotionPage({ params }: { params: Promise<{ requestId: string }> }) {
  const { requestId } = await params;
  return <DecisionScreen id={requestId} />;
}
