import { loadSome, plus, storeSome, times } from './vector';

/**
 * One step of Adam (Kingma and Ba 2015) with decoupled weight decay: `kept` is 1 minus what decays. `rate` has the
 * correction of the first moment in it, `correction2` is that of the second.
 */
export function adam(
  values: usize,
  first: usize,
  second: usize,
  gradient: usize,
  newValues: usize,
  newFirst: usize,
  newSecond: usize,
  length: i32,
  rate: f32,
  kept: f32,
  correction2: f32,
  beta1: f32,
  beta2: f32,
): void {
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const c1 = f32x4.splat(1 - beta1);
  const c2 = f32x4.splat(1 - beta2);
  const step = f32x4.splat(rate);
  const keep = f32x4.splat(kept);
  const correct = f32x4.splat(correction2);
  const epsilon = f32x4.splat(1e-8);
  for (let i = 0; i < length; i += 4) {
    const count = min(4, length - i);
    const at = <usize>i * 4;
    const g = loadSome(gradient + at, count);
    const m = plus(times(b1, loadSome(first + at, count)), times(c1, g));
    const v = plus(times(b2, loadSome(second + at, count)), times(c2, times(g, g)));
    const size = plus(f32x4.sqrt(times(v, correct)), epsilon);
    const value = f32x4.sub(times(keep, loadSome(values + at, count)), f32x4.div(times(step, m), size));
    storeSome(newFirst + at, count, m);
    storeSome(newSecond + at, count, v);
    storeSome(newValues + at, count, value);
  }
}
