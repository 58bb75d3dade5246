import { plainMachine } from '../../backend/machine.ts';
import type { Design } from '../../features/design.ts';
import { forward } from './pass.ts';
import { type Structure, shapesOf, type Values } from './structure.ts';

/** Numbers in flight at most, about. */
const cells = 2 ** 19;

/**
 * Predictions of a network without TensorFlow.js, rows x outputs, as `toPredictions` makes them of outputs that are
 * copies * rows x outputs: predictions and validation scores use this alone, so that a served model answers what was
 * measured. It goes by blocks of rows, which do not change a bit of it.
 */
export function predict(
  structure: Structure,
  values: Values,
  design: Design,
  toPredictions: (outputs: Float64Array, rows: number) => Float64Array,
): Float64Array {
  const { copies, outputs, inputs, widths } = structure;
  const machine = plainMachine();
  const placed = Object.fromEntries(
    shapesOf(structure).map(({ name, shape }) => [name, machine.put(values[name]!, shape)]),
  );
  const bias = values[`bias${widths.length}`]!;
  const widest = copies * Math.max(inputs, ...widths);
  const block = Math.max(4, Math.min(design.rows, Math.floor(cells / widest)));
  const predictions = new Float64Array(design.rows * outputs);
  const rowsOfBlock = new Int32Array(block);
  for (let from = 0; from < design.rows; from += block) {
    const mark = machine.mark();
    const rows = Math.min(block, design.rows - from);
    for (let i = 0; i < rows; i++) rowsOfBlock[i] = from + i;
    const entering = machine.put(gather(design, rowsOfBlock.subarray(0, rows)), [rows, inputs]);
    const found = new Float64Array(machine.read(forward(machine, structure, placed, entering).outputs));
    machine.release(mark);
    for (let c = 0; c < copies; c++) {
      for (let i = c * rows * outputs; i < (c + 1) * rows * outputs; i++) {
        found[i] = Math.fround(found[i]! + bias[c * outputs + (i % outputs)]!);
      }
    }
    predictions.set(toPredictions(found, rows), from * outputs);
  }
  return predictions;
}

/** Rows of a design as one matrix, numbers then ones. */
export function gather(design: Design, rows: Int32Array): Float32Array {
  const { width, dense, hotColumns, hotWidth, hot } = design;
  const size = width + hotWidth;
  const inputs = new Float32Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    for (let j = 0; j < width; j++) inputs[i * size + j] = dense[row * width + j]!;
    for (let c = row * hotColumns; c < (row + 1) * hotColumns; c++) {
      if (hot[c]! >= 0) inputs[i * size + width + hot[c]!] = 1;
    }
  }
  return inputs;
}
