import { Plan } from '@/screens/run/plan.tsx';

export default async function PlanPage({ params }: { params: Promise<{ experimentId: string }> }) {
  const { experimentId } = await params;
  return <Plan experimentId={experimentId} />;
}
