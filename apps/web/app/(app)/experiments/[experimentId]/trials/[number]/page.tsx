import { catalog } from '@laurel/automl/catalog';
import { TrialDetails } from '@/screens/trial/trial-details.tsx';

export default async function TrialPage({ params }: { params: Promise<{ experimentId: string; number: string }> }) {
  const { experimentId, number } = await params;
  return <TrialDetails experimentId={experimentId} number={Number(number)} families={catalog} />;
}
