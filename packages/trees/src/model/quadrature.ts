/**
 * Points (ascending) and weights of the Gauss-Legendre rule on 0..1, exact for polynomials up to degree
 * 2 points - 1. Newton's method on the Legendre polynomial, with sums and products only, so that the last bits are the
 * same on every machine.
 */
export function gaussLegendre(points: number): { points: Float64Array; weights: Float64Array } {
  const at = new Float64Array(points);
  const weights = new Float64Array(points);
  for (let i = 0; i < points; i++) {
    let x = cosineOfHalfTurns((i + 0.75) / (points + 0.5));
    for (let step = 0; step < 100; step++) {
      const { value, slope } = legendre(points, x);
      const next = x - value / slope;
      const done = Math.abs(next - x) < 1e-15;
      x = next;
      if (done) break;
    }
    const { slope } = legendre(points, x);
    at[points - 1 - i] = (1 + x) / 2;
    weights[points - 1 - i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { points: at, weights };
}

/** Legendre polynomial of a degree and its derivative at x inside -1..1, by the three-term recurrence. */
function legendre(degree: number, x: number): { value: number; slope: number } {
  let before = 1;
  let value = x;
  for (let k = 2; k <= degree; k++) {
    const next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
    before = value;
    value = next;
  }
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) };
}

/** cos(pi u) for u in 0..1 to about 1e-11, where Newton's method starts. */
function cosineOfHalfTurns(u: number): number {
  const angle = Math.PI * (0.5 - u);
  const y = angle * angle;
  let sum = 0;
  for (let k = 8; k >= 0; k--) sum = 1 - (y * sum) / ((2 * k + 2) * (2 * k + 3));
  return angle * sum;
}
