/** How a numeric target is standardised: scaled = (value - mean) / scale. */
export interface TargetScale {
  mean: number;
  scale: number;
}

/**
 * Mean and standard deviation of the values, also where their sum or squares would be too large or too small for a
 * number. The scale is 1 where they do not vary.
 */
export function fitTargetScale(values: Float64Array): TargetScale {
  const unit = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const count = Math.max(1, values.length);
  const mean = values.reduce((sum, value) => sum + value / unit, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value / unit - mean) * (value / unit - mean), 0);
  const deviation = Math.sqrt(squares / count);
  // Equal values can differ from their own mean in the last bit.
  const scale = deviation > 1e-15 * Math.abs(mean) ? deviation * unit : 0;
  return { mean: mean * unit, scale: scale > 0 && Number.isFinite(scale) ? scale : 1 };
}

/** Numbers of moderate size, which trees can keep as f32. */
export function toScaled(values: Float64Array, { mean, scale }: TargetScale): Float64Array {
  return values.map((value) => value / scale - mean / scale);
}

/** Back to the target's units, in place; finite. */
export function fromScaled(values: Float64Array, { mean, scale }: TargetScale): Float64Array {
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, values[i]! * scale + mean));
  }
  return values;
}
