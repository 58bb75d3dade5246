import type { EarlyStopping } from './types.ts';

export interface Watch {
  curve: [number, number][];
  bestRound: number;
  /** whether a round is looked at */
  isDue(round: number): boolean;
  /** takes the predictions of the validation rows after a round; true when the fit is over */
  see(round: number, predictions: Float64Array): boolean;
}

/**
 * Keeps the best round by the caller's score; equal or undefined scores are decided by the tie-break. The patience is
 * AutoGluon's: max(base, 0.3 best + 20) rounds, base 300 up to 10,000 rows and fewer beyond, both for a learning rate
 * of 0.05; faster learners need fewer rounds to show that they are done.
 */
export function createWatch(
  stopping: EarlyStopping,
  trainRows: number,
  predictionValues: number,
  learningRate: number,
): Watch {
  const base = patienceBase(trainRows, learningRate);
  const patience = stopping.patience ?? ((best) => Math.max(base, 0.3 * best + 20));
  const every = stopping.every ?? Math.min(10, 1 + Math.floor(predictionValues / 16_384));
  let bestScore = Number.NaN;
  let bestTie = Number.POSITIVE_INFINITY;
  const watch: Watch = {
    curve: [],
    bestRound: 0,
    isDue: (round) => round <= 10 || round % every === 0,
    see(round, predictions) {
      const score = stopping.score(predictions);
      const tie = stopping.tieBreak?.(predictions) ?? Number.NaN;
      if (Number.isFinite(score)) {
        watch.curve.push([round, score]);
        stopping.onScore?.(round, score);
      }
      if (isBetter(score, tie)) {
        watch.bestRound = round;
        bestScore = score;
        bestTie = Number.isFinite(tie) ? tie : bestTie;
      }
      return round - watch.bestRound >= patience(watch.bestRound);
    },
  };
  return watch;

  function isBetter(score: number, tie: number): boolean {
    // logarithms may differ in their last bits between versions of Node: what differs less is equal
    const tieIsBetter = bestTie === Number.POSITIVE_INFINITY ? tie < bestTie : bestTie - tie > 1e-9 * Math.abs(bestTie);
    if (!Number.isFinite(score)) return tieIsBetter;
    if (!Number.isFinite(bestScore)) return true;
    const gap = (score - bestScore) * (stopping.higherIsBetter ? 1 : -1);
    return Math.abs(gap) > 1e-9 * Math.abs(score) ? gap > 0 : tieIsBetter;
  }
}

function patienceBase(rows: number, learningRate: number): number {
  const base = rows <= 10_000 ? 300 : Math.max(20, 3_000_000 / rows);
  return Math.max(20, Math.round(base * Math.min(1, 0.05 / learningRate)));
}
