import { catalog, strategyCatalog } from '@laurel/automl/catalog';
import { NewExperiment } from '@/screens/new-experiment/new-experiment.tsx';

type Query = Record<'target' | 'like' | 'trial' | 'drop', string | string[] | undefined>;

export default async function NewExperimentPage({
  params,
  searchParams,
}: {
  params: Promise<{ datasetId: string }>;
  searchParams: Promise<Partial<Query>>;
}) {
  const { datasetId } = await params;
  const { target, like, trial, drop } = await searchParams;
  const number = typeof trial === 'string' && /^\d{1,9}$/.test(trial) ? Number(trial) : null;
  return (
    <NewExperiment
      datasetId={datasetId}
      initialTarget={typeof target === 'string' ? target : null}
      beginning={
        typeof like === 'string'
          ? { experimentId: like, trialNumber: number, dropFeature: typeof drop === 'string' ? drop : null }
          : null
      }
      families={catalog}
      strategies={strategyCatalog}
    />
  );
}
