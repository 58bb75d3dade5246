import { catalog } from '@laurel/automl/catalog';
import { NewExperiment } from '@/screens/new-experiment/new-experiment.tsx';

export default async function NewExperimentPage({
  params,
  searchParams,
}: {
  params: Promise<{ datasetId: string }>;
  searchParams: Promise<{ target?: string | string[] }>;
}) {
  const { datasetId } = await params;
  const { target } = await searchParams;
  return (
    <NewExperiment
      datasetId={datasetId}
      initialTarget={typeof target === 'string' ? target : null}
      families={catalog.map(({ id, label, description }) => ({ id, label, description }))}
    />
  );
}
