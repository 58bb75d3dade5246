import { ChampionScreen } from '@/screens/champion/champion-screen.tsx';

export default async function ChampionPage({ params }: { params: Promise<{ projectId: string }> }) {
  const { projectId } = await params;
  return <ChampionScreen projectId={projectId} />;
}
