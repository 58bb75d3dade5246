import { type Kernel, openKernel } from './kernel.ts';
import { multiply, type Operation, type Place, type Settings, type Shape, sizeOf } from './operations.ts';

/** What computes with tensors of one kind: TensorFlow.js (`tensors.ts`), or the kernel on a memory of its own. */
export interface Machine<T> {
  multiply(a: T, b: T, turnA?: boolean, turnB?: boolean): T;
  apply(operation: Operation, inputs: readonly T[], settings?: Settings): T[];
  reshape(tensor: T, shape: Shape): T;
  shapeOf(tensor: T): Shape;
}

/** The kernel without TensorFlow.js. What is made after `mark` is gone after `release`; numbers are read at once. */
export interface PlainMachine extends Machine<Place> {
  put(values: ArrayLike<number>, shape: Shape): Place;
  /** a view that is valid until anything else is made */
  read(place: Place): Float32Array;
  mark(): number;
  release(mark: number): void;
}

const pageBytes = 65_536;

/** One memory for everything that is predicted in a process: it grows to what the largest model needs. */
let shared: { memory: WebAssembly.Memory; kernel: Kernel } | null = null;

export function plainMachine(): PlainMachine {
  if (!shared) {
    const memory = new WebAssembly.Memory({ initial: 16 });
    shared = { memory, kernel: openKernel(memory) };
  }
  const { memory, kernel } = shared;
  let top = 16;

  function take(bytes: number): number {
    const at = top;
    top += (bytes + 15) & ~15;
    const missing = top - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
    return at;
  }

  const machine: PlainMachine = {
    multiply: (a, b, turnA = false, turnB = false) =>
      machine.apply(multiply, [a, b], { turnA: Number(turnA), turnB: Number(turnB) })[0]!,
    apply(operation, inputs, settings = {}) {
      const shapes = inputs.map((place) => place.shape);
      const outputs = operation.shapes(shapes, settings).map((shape) => ({ at: take(4 * sizeOf(shape)), shape }));
      const kept = top;
      const scratch = take(operation.scratchBytes?.(shapes, settings) ?? 0);
      operation.run(
        kernel,
        inputs,
        outputs.map(({ at }) => at),
        settings,
        scratch,
      );
      top = kept;
      return outputs;
    },
    reshape: ({ at }, shape) => ({ at, shape }),
    shapeOf: ({ shape }) => shape,
    put(values, shape) {
      const at = take(4 * sizeOf(shape));
      new Float32Array(memory.buffer, at, sizeOf(shape)).set(values);
      return { at, shape };
    },
    read: ({ at, shape }) => new Float32Array(memory.buffer, at, sizeOf(shape)),
    mark: () => top,
    release(mark) {
      top = mark;
    },
  };
  return machine;
}
