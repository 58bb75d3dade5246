import { Trials } from '@/screens/run/trials.tsx';

export default async function TrialsPage({ params }: { params: Promise<{ experimentId: string }> }) {
  const { experimentId } = await params;
  return <Trials experimentId={experimentId} />;
}
