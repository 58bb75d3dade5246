import { Run } from '@/screens/run/run.tsx';

export default async function RunPage({ params }: { params: Promise<{ experimentId: string }> }) {
  const { experimentId } = await params;
  return <Run experimentId={experimentId} />;
}
