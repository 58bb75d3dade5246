/**
 * Minimum of a function of a few numbers by the simplex of Nelder and Mead (1965), from `start` with edges of `edge`.
 * Ties go to the earlier point; the number of evaluations is at most `evaluations` and a few more.
 */
export function nelderMead(
  loss: (point: Float64Array) => number,
  start: Float64Array,
  edge: number,
  evaluations: number,
): Float64Array {
  const size = start.length;
  let left = evaluations;
  const valued = (point: Float64Array) => {
    left--;
    const value = loss(point);
    return { point, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  const simplex = [valued(start.slice())];
  for (let i = 0; i < size; i++) simplex.push(valued(start.map((x, j) => (i === j ? x + edge : x))));
  while (left > 0) {
    simplex.sort((a, b) => a.value - b.value);
    const best = simplex[0]!;
    const worst = simplex[size]!;
    if (worst.value - best.value <= 1e-8 * Math.abs(best.value)) break;
    const centre = new Float64Array(size);
    for (const { point } of simplex.slice(0, size)) for (let j = 0; j < size; j++) centre[j]! += point[j]! / size;
    const along = (factor: number) => valued(centre.map((x, j) => x + factor * (worst.point[j]! - x)));
    const reflected = along(-1);
    if (reflected.value < best.value) {
      const further = along(-2);
      simplex[size] = further.value < reflected.value ? further : reflected;
    } else if (reflected.value < simplex[size - 1]!.value) {
      simplex[size] = reflected;
    } else {
      const nearer = along(reflected.value < worst.value ? -0.5 : 0.5);
      if (nearer.value < Math.min(worst.value, reflected.value)) simplex[size] = nearer;
      else
        for (let i = 1; i <= size; i++) simplex[i] = valued(simplex[i]!.point.map((x, j) => (x + best.point[j]!) / 2));
    }
  }
  return simplex.reduce((least, one) => (one.value < least.value ? one : least)).point;
}
