import { existsSync, readFileSync } from 'node:fs';

/** One score of another tool, as measured with the same folds and scoring. */
export interface PeerScore {
  tool: string;
  dataset: string;
  fold: number;
  metric: string;
  score: number;
  fitSeconds: number;
}

export function readPeers(file: string): PeerScore[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as PeerScore).filter(({ score }) => Number.isFinite(score));
}

export const higherIsBetter = (metric: string): boolean => metric === 'auc';

/** The best of them: the one that is to be beaten. Null when nothing was measured on this dataset and fold. */
export function bestPeer(peers: readonly PeerScore[]): PeerScore | null {
  let best: PeerScore | null = null;
  for (const peer of peers) {
    const isBetter = best && (higherIsBetter(peer.metric) ? peer.score > best.score : peer.score < best.score);
    if (!best || isBetter) best = peer;
  }
  return best;
}
