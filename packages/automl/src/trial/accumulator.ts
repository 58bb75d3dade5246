import { addLogarithms, normaliseLogarithms } from '../pooling.ts';

/**
 * Brings predictions of several models together per row, rows x outputs: values by their mean, probabilities by their
 * geometric mean, as a bag does. A row of one model keeps its numbers.
 */
export class Accumulator {
  private readonly first: Float64Array;
  private readonly sums: Float64Array;
  private readonly counts: Int32Array;
  private readonly outputs: number;
  constructor(rows: number, outputs: number) {
    this.first = new Float64Array(rows * outputs);
    this.sums = new Float64Array(rows * outputs);
    this.counts = new Int32Array(rows);
    this.outputs = outputs;
  }
  add(values: Float64Array, rows?: Int32Array): void {
    const { first, sums, counts, outputs } = this;
    const count = values.length / outputs;
    for (let i = 0; i < count; i++) {
      const row = rows ? rows[i]! : i;
      const own = values.subarray(i * outputs, (i + 1) * outputs);
      if (counts[row]! === 0) first.set(own, row * outputs);
      if (outputs > 1) addLogarithms(sums, own, 1, row * outputs);
      else sums[row]! += own[0]!;
      counts[row]!++;
    }
  }
  /** NaN where nothing was added */
  mean(): Float32Array {
    const { first, sums, counts, outputs } = this;
    const result = new Float32Array(sums.length);
    for (let row = 0; row < counts.length; row++) {
      const [at, count] = [row * outputs, counts[row]!];
      const own = sums.slice(at, at + outputs).map((sum) => sum / count);
      if (count > 1 && outputs > 1) normaliseLogarithms(own, outputs);
      result.set(count === 1 ? first.subarray(at, at + outputs) : own, at);
    }
    return result;
  }
}
