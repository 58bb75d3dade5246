import { Leaderboard } from '@/screens/leaderboard/leaderboard.tsx';

export default async function LeaderboardPage({ params }: { params: Promise<{ experimentId: string }> }) {
  const { experimentId } = await params;
  return <Leaderboard experimentId={experimentId} />;
}
