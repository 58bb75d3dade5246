// Four numbers at a time. What is left at the end of a row goes through the same arithmetic, so a number does not depend
// on where in a vector it stands.

export function loadSome(at: usize, count: i32): v128 {
  if (count >= 4) return v128.load(at);
  let values = f32x4.splat(0);
  values = f32x4.replace_lane(values, 0, load<f32>(at));
  if (count > 1) values = f32x4.replace_lane(values, 1, load<f32>(at, 4));
  if (count > 2) values = f32x4.replace_lane(values, 2, load<f32>(at, 8));
  return values;
}

export function storeSome(at: usize, count: i32, values: v128): void {
  if (count >= 4) {
    v128.store(at, values);
    return;
  }
  store<f32>(at, f32x4.extract_lane(values, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(values, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(values, 2), 8);
}

export function plus(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

export function times(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

/** e^z, relative error about 2e-7; z is kept within -87 and 87. Cody and Waite's reduction, then a polynomial. */
export function exp4(value: v128): v128 {
  const z = f32x4.min(f32x4.max(value, f32x4.splat(-87)), f32x4.splat(87));
  const whole = f32x4.nearest(times(z, f32x4.splat(<f32>Math.LOG2E)));
  let r = f32x4.sub(z, times(whole, f32x4.splat(0.693359375)));
  r = plus(r, times(whole, f32x4.splat(2.1219444e-4)));
  let p = f32x4.splat(1.98756915e-4);
  p = plus(times(p, r), f32x4.splat(1.3981999507e-3));
  p = plus(times(p, r), f32x4.splat(8.3334519073e-3));
  p = plus(times(p, r), f32x4.splat(4.1665795894e-2));
  p = plus(times(p, r), f32x4.splat(1.6666665459e-1));
  p = plus(times(p, r), f32x4.splat(5.0000001201e-1));
  p = plus(plus(times(times(p, r), r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23);
  return times(p, power);
}

/** sin(pi r) for r within -1/2 and 1/2. */
export function sinPi4(r: v128): v128 {
  const x = times(r, f32x4.splat(<f32>Math.PI));
  const y = times(x, x);
  let p = f32x4.splat(-2.5052108e-8);
  p = plus(times(p, y), f32x4.splat(2.7557319e-6));
  p = plus(times(p, y), f32x4.splat(-1.984127e-4));
  p = plus(times(p, y), f32x4.splat(8.3333333e-3));
  p = plus(times(p, y), f32x4.splat(-1.6666667e-1));
  return plus(x, times(times(p, y), x));
}

/** cos(pi r) for r within -1/2 and 1/2. */
export function cosPi4(r: v128): v128 {
  const x = times(r, f32x4.splat(<f32>Math.PI));
  const y = times(x, x);
  let p = f32x4.splat(2.0876757e-9);
  p = plus(times(p, y), f32x4.splat(-2.7557319e-7));
  p = plus(times(p, y), f32x4.splat(2.4801587e-5));
  p = plus(times(p, y), f32x4.splat(-1.3888889e-3));
  p = plus(times(p, y), f32x4.splat(4.1666667e-2));
  p = plus(times(p, y), f32x4.splat(-0.5));
  return plus(f32x4.splat(1), times(p, y));
}

/** Sum of the four, in a fixed order. */
export function sum4(values: v128): f32 {
  return (
    f32x4.extract_lane(values, 0) +
    f32x4.extract_lane(values, 1) +
    (f32x4.extract_lane(values, 2) + f32x4.extract_lane(values, 3))
  );
}
