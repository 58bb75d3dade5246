import { Dataset } from '@/screens/dataset/dataset.tsx';

export default async function DatasetPage({ params }: { params: Promise<{ datasetId: string }> }) {
  const { datasetId } = await params;
  return <Dataset datasetId={datasetId} />;
}
