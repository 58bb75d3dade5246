import * as tf from '@tensorflow/tfjs-core';
import { type Kernel, openKernel } from './kernel.ts';
import { type Machine, plainMachine } from './machine.ts';
import { multiply, type Operation, operations, type Settings, type Shape } from './operations.ts';

type Info = tf.TensorInfo;

/** What is used of the WASM back end of TensorFlow.js 4.22; the version is pinned because of it. */
interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32'): Info;
  dataIdMap: { get(id: object): { memoryOffset: number } };
  wasm: { asm?: { memory?: WebAssembly.Memory }; _malloc(bytes: number): number; _free(address: number): void };
}

/** Every back end of TensorFlow.js can read and write. */
interface AnyBackend {
  readSync(id: object): Float32Array;
  write(values: Float32Array, shape: number[], dtype: 'float32'): object;
}

/**
 * TensorFlow.js with our operations as kernels of its own. Tensors are made within the scope that is open; matrices are
 * multiplied by the back end's kernel, which on WebAssembly is ours as well.
 */
export const tensors: Machine<tf.Tensor> = {
  multiply: (a, b, turnA = false, turnB = false) => tf.matMul(a, b, turnA, turnB),
  apply(operation, inputs, settings = {}) {
    const named = Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor]));
    return tf.engine().runKernel(operation.name, named, { ...settings }) as unknown as tf.Tensor[];
  },
  reshape: (tensor, shape) => tf.reshape(tensor, [...shape]),
  shapeOf: (tensor) => tensor.shape,
};

/** Runs with every tensor made inside freed at the end, but for those that are given back. */
export function inScope<T extends tf.TensorContainer>(run: () => T): T {
  const engine = tf.engine();
  engine.startScope();
  let result: T | undefined;
  try {
    result = run();
    return result;
  } finally {
    engine.endScope(result);
  }
}

/** Registers our operations with the back end that is set; on WebAssembly also in place of its product of matrices. */
export function registerOperations(): void {
  const name = tf.getBackend();
  for (const operation of operations) {
    const kernelFunc = name === 'wasm' ? inWasm(operation) : byCopies(operation);
    tf.registerKernel({
      kernelName: operation.name,
      backendName: name,
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernelFunc(
          Object.keys(inputs).map((_, i) => inputs[`x${i}`] as Info),
          (attrs ?? {}) as unknown as Settings,
          backend,
        ),
    });
  }
  if (name === 'wasm') replaceMatMul();
}

type Run = (inputs: readonly Info[], settings: Settings, backend: unknown) => Info[];

let wasmKernel: Kernel | null = null;

/** In the memory of TensorFlow.js itself, without copies. */
function inWasm(operation: Operation): Run {
  return (inputs, settings, backend) => {
    const { dataIdMap, wasm, makeOutput } = backend as WasmBackend;
    wasmKernel ??= openKernel(wasm.asm!.memory!);
    const shapes = inputs.map((info) => info.shape);
    const results = operation.shapes(shapes, settings).map((shape) => makeOutput.call(backend, [...shape], 'float32'));
    const bytes = operation.scratchBytes?.(shapes, settings) ?? 0;
    const scratch = bytes > 0 ? wasm._malloc(bytes) : 0;
    const at = (info: Info) => dataIdMap.get(info.dataId).memoryOffset;
    const places = inputs.map((info) => ({ at: at(info), shape: info.shape }));
    operation.run(wasmKernel, places, results.map(at), settings, scratch);
    if (scratch > 0) wasm._free(scratch);
    return results;
  };
}

/** On any other back end: numbers are copied to the kernel and back. */
function byCopies(operation: Operation): Run {
  return (inputs, settings, backend) => {
    const own = backend as AnyBackend;
    const plain = plainMachine();
    const places = inputs.map((info) => plain.put(own.readSync(info.dataId), info.shape));
    return plain.apply(operation, places, settings).map((place) => {
      const shape = [...place.shape];
      return { dataId: own.write(plain.read(place).slice(), shape, 'float32'), shape, dtype: 'float32' as const };
    });
  };
}

/**
 * The WASM kernel multiplies transposed matrices, as every gradient needs, seven times slower than others. This puts our
 * own in its place. Batches where one side is repeated, and other kinds of numbers, go the old way after transposing.
 */
function replaceMatMul(): void {
  const original = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  const own = inWasm(multiply);
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...original,
    kernelFunc({ inputs, backend, attrs }) {
      const { a, b } = inputs as { a: Info; b: Info };
      const { transposeA = false, transposeB = false } = attrs as { transposeA?: boolean; transposeB?: boolean };
      if (isPlain(a) && isPlain(b) && sameBatch(a.shape, b.shape)) {
        return own([a, b], { turnA: Number(transposeA), turnB: Number(transposeB) }, backend)[0]!;
      }
      const left = transposeA ? turned(a) : a;
      const right = transposeB ? turned(b) : b;
      const plainly = { transposeA: false, transposeB: false };
      const product = original.kernelFunc({ inputs: { a: left, b: right }, backend, attrs: plainly }) as Info;
      const { disposeData } = backend as unknown as { disposeData(id: object): unknown };
      if (left !== a) disposeData.call(backend, left.dataId);
      if (right !== b) disposeData.call(backend, right.dataId);
      return product;

      function turned(matrix: Info): Info {
        const last = matrix.shape.length - 1;
        const perm = matrix.shape.map((_, axis) => (axis === last ? last - 1 : axis === last - 1 ? last : axis));
        return transpose.kernelFunc({ inputs: { x: matrix }, backend, attrs: { perm } }) as Info;
      }
    },
  });
}

/** Empty matrices too: a network without inputs has some, and the back end's own product refuses them. */
function isPlain({ dtype, shape }: Info): boolean {
  return dtype === 'float32' && shape.length >= 2;
}

function sameBatch(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.slice(0, -2).every((size, axis) => size === b[axis]);
}
