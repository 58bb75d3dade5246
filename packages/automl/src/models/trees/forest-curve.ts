import { createPredictor, type FeatureInput, type TreeEnsemble, type TreeModel } from '@laurel/trees';

/** Sizes of the forest that get a score, besides the whole. */
const looks = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/**
 * [trees, score] of a forest's first trees, which shows whether more would help. Every tree predicts once. `score` gets
 * rows x outputs. When `isLate` says so only the whole forest is scored; scores that are no number are left out.
 */
export function scoreByTrees(
  model: TreeModel,
  features: readonly FeatureInput[],
  rows: number,
  isLate: () => boolean,
  score: (raw: Float64Array) => number,
): [number, number][] {
  const { trees } = model.ensemble;
  const curve: [number, number][] = [];
  const sums = new Float64Array(rows * model.ensemble.outputs);
  let from = 0;
  for (const to of trees > 0 ? [...looks.filter((look) => look < trees), trees] : []) {
    if (to < trees && isLate()) continue;
    const predictor = createPredictor({ ...model, ensemble: treesOf(model.ensemble, from, to) });
    const added = predictor.raw(features, rows);
    predictor.dispose();
    for (let i = 0; i < sums.length; i++) sums[i]! += added[i]!;
    // Leaves are divided by the number of trees already.
    const value = score(sums.map((sum) => (sum * trees) / to));
    if (Number.isFinite(value)) curve.push([to, value]);
    from = to;
  }
  return curve;
}

/** Trees from..to-1, without what every row starts with: forests start from nothing. */
function treesOf(ensemble: TreeEnsemble, from: number, to: number): TreeEnsemble {
  const { nodeStart, leafStart, leafWidth } = ensemble;
  const [node, nodeEnd] = [nodeStart[from]!, nodeStart[to]!];
  const [leaf, leafEnd] = [leafStart[from]!, leafStart[to]!];
  return {
    ...ensemble,
    trees: to - from,
    nodeStart: nodeStart.slice(from, to + 1).map((start) => start - node),
    leafStart: leafStart.slice(from, to + 1).map((start) => start - leaf),
    feature: ensemble.feature.subarray(node, nodeEnd),
    low: ensemble.low.subarray(node, nodeEnd),
    width: ensemble.width.subarray(node, nodeEnd),
    set: ensemble.set.subarray(node, nodeEnd),
    left: ensemble.left.subarray(node, nodeEnd),
    right: ensemble.right.subarray(node, nodeEnd),
    gain: ensemble.gain.subarray(node, nodeEnd),
    cover: ensemble.cover.subarray(node, nodeEnd),
    leafCover: ensemble.leafCover.subarray(leaf, leafEnd),
    value: ensemble.value.subarray(leaf * leafWidth, leafEnd * leafWidth),
  };
}
