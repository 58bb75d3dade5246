import { catalog } from '@laurel/automl/catalog';
import { Search } from '@/screens/search/search.tsx';

export default async function SearchPage({ params }: { params: Promise<{ experimentId: string }> }) {
  const { experimentId } = await params;
  return <Search experimentId={experimentId} families={catalog} />;
}
