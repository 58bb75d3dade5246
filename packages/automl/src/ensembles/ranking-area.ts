/** Few rows are sorted in more passes: each has to go through all digits. */
const [fewRows, fewBits, manyBits] = [4096, 8, 11];

/**
 * Area under the ROC curve of scores from 0 up, ties counting half. Scores are compared in single precision and sorted by
 * radix with their label in the lowest bit: a selection asks for thousands of areas of the same rows.
 */
export function rankingArea(scores: Float64Array, positive: Uint8Array): number {
  const rows = scores.length;
  const keys = sortedKeys(new Float32Array(scores), positive);
  let [area, below, positives] = [0, 0, 0];
  for (let at = 0; at < rows; ) {
    const group = keys[at]! >>> 1;
    let [up, down] = [0, 0];
    for (; at < rows && keys[at]! >>> 1 === group; at++) {
      if (keys[at]! & 1) up++;
      else down++;
    }
    area += up * (below + down / 2);
    below += down;
    positives += up;
  }
  return positives > 0 && below > 0 ? area / (positives * below) : Number.NaN;
}

/** Bits of scores that are not negative are in the order of the scores. The sign bit is free: it makes room for the label. */
function sortedKeys(scores: Float32Array<ArrayBuffer>, positive: Uint8Array): Uint32Array {
  let from = new Uint32Array(scores.buffer);
  for (let i = 0; i < from.length; i++) from[i] = ((from[i]! << 1) | positive[i]!) >>> 0;
  let to = new Uint32Array(from.length);
  const digitBits = scores.length < fewRows ? fewBits : manyBits;
  const digits = 1 << digitBits;
  const starts = new Int32Array(digits);
  for (let shift = 0; shift < 32; shift += digitBits) {
    starts.fill(0);
    for (let i = 0; i < from.length; i++) starts[(from[i]! >>> shift) & (digits - 1)]!++;
    let sum = 0;
    for (let d = 0; d < digits; d++) {
      const count = starts[d]!;
      starts[d] = sum;
      sum += count;
    }
    for (let i = 0; i < from.length; i++) to[starts[(from[i]! >>> shift) & (digits - 1)]!++] = from[i]!;
    [from, to] = [to, from];
  }
  return from;
}
