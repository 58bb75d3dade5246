/** Sums predictions of several models per row, rows x outputs. */
export class Accumulator {
  private readonly sums: Float64Array;
  private readonly counts: Int32Array;
  private readonly outputs: number;
  constructor(rows: number, outputs: number) {
    this.sums = new Float64Array(rows * outputs);
    this.counts = new Int32Array(rows);
    this.outputs = outputs;
  }
  add(values: Float64Array, rows?: Int32Array): void {
    const count = values.length / this.outputs;
    for (let i = 0; i < count; i++) {
      const row = rows ? rows[i]! : i;
      this.counts[row]!++;
      for (let k = 0; k < this.outputs; k++) this.sums[row * this.outputs + k]! += values[i * this.outputs + k]!;
    }
  }
  /** NaN where nothing was added */
  mean(): Float32Array {
    const result = new Float32Array(this.sums.length);
    for (let row = 0, i = 0; row < this.counts.length; row++) {
      for (let k = 0; k < this.outputs; k++, i++) result[i] = this.sums[i]! / this.counts[row]!;
    }
    return result;
  }
}
