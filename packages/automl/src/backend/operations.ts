import { type Kernel, packBytes } from './kernel.ts';

export type Shape = readonly number[];
export type Settings = Readonly<Record<string, number>>;

/** Where the numbers of a tensor are: byte address, and shape. */
export interface Place {
  at: number;
  shape: Shape;
}

/** What the kernel does to tensors of 32-bit floats; every output is new. Settings are plain numbers. */
export interface Operation {
  name: string;
  shapes(inputs: readonly Shape[], settings: Settings): Shape[];
  /** bytes of scratch */
  scratchBytes?(inputs: readonly Shape[], settings: Settings): number;
  run(kernel: Kernel, inputs: readonly Place[], outputs: readonly number[], settings: Settings, scratch: number): void;
}

/** The same numbers as in assembly/activate.ts. */
const activationCodes = { relu: 0, selu: 1, mish: 2, elu: 3 } as const;
export type Activation = keyof typeof activationCodes;

/** a x b, either turned (settings turnA, turnB: 1); three dimensions are a batch of products. */
export const multiply: Operation = {
  name: 'LaurelMultiply',
  shapes: ([a, b], settings) => [[...a!.slice(0, -2), ...productOf(a!, b!, settings).slice(0, 2)]],
  scratchBytes([a, b], settings) {
    const [m, , k] = productOf(a!, b!, settings);
    return packBytes(m, k);
  },
  run(kernel, [a, b], [out], settings, scratch) {
    const [m, n, k] = productOf(a!.shape, b!.shape, settings);
    const [aColumns, bColumns] = [a!.shape.at(-1)!, b!.shape.at(-1)!];
    const [aRow, aColumn] = settings.turnA ? [4, 4 * aColumns] : [4 * aColumns, 4];
    const [bRow, bColumn] = settings.turnB ? [4, 4 * bColumns] : [4 * bColumns, 4];
    const batches = a!.shape.slice(0, -2).reduce((count, size) => count * size, 1);
    for (let i = 0; i < batches; i++) {
      const left = a!.at + 4 * i * m * k;
      const right = b!.at + 4 * i * k * n;
      kernel.gemm(left, aRow, aColumn, right, bRow, bColumn, out! + 4 * i * m * n, m, n, k, scratch);
    }
  },
};

/** m, n and k of a product; throws where the sides do not fit. */
function productOf(a: Shape, b: Shape, { turnA, turnB }: Settings): [number, number, number] {
  const [aRows, aColumns] = a.slice(-2) as [number, number];
  const [bRows, bColumns] = b.slice(-2) as [number, number];
  const [m, k] = turnA ? [aColumns, aRows] : [aRows, aColumns];
  const [inner, n] = turnB ? [bColumns, bRows] : [bRows, bColumns];
  if (inner !== k) throw new Error(`Matrices of ${m} x ${k} and ${inner} x ${n} cannot be multiplied.`);
  return [m, n, k];
}

/** (x, scale: copies x columns) -> copies * rows x columns */
export const scaleInputs: Operation = {
  name: 'LaurelScale',
  shapes: ([x, scale]) => [[scale![0]! * x![0]!, x![1]!]],
  run(kernel, [x, scale], [h]) {
    kernel.scaleInputs(x!.at, scale!.at, x!.shape[0]!, x!.shape[1]!, scale!.shape[0]!, h!);
  },
};

/** (dh, x, scale) -> dScale and, with the setting `inputs`, dx */
export const scaleInputsBack: Operation = {
  name: 'LaurelScaleBack',
  shapes: ([, x, scale], settings) => (settings.inputs ? [scale!, x!] : [scale!]),
  run(kernel, [dh, x, scale], [dScale, dx]) {
    const [rows, columns] = x!.shape as [number, number];
    kernel.scaleInputsBack(dh!.at, x!.at, scale!.at, rows, columns, scale!.shape[0]!, dScale!, dx ?? 0);
  },
};

/**
 * (z, bias[, strength]) -> h and, with the setting `train`, dh/dz and with a strength dh/da as well; see
 * assembly/activate.ts. Settings: `activation` (by `activationSettings`), `dropout` (a share), `seed`.
 */
export const activate: Operation = {
  name: 'LaurelActivate',
  shapes: ([z, , strength], { train }) => Array.from({ length: train ? (strength ? 3 : 2) : 1 }, () => z!),
  run(kernel, [z, bias, strength], [h, slope, gap], { activation, dropout = 0, seed = 0 }) {
    const [rows, columns] = z!.shape as [number, number];
    const dropBelow = dropout > 0 ? Math.floor(dropout * 2 ** 32) : 0;
    const places = [z!.at, bias!.at, strength?.at ?? 0, rows, columns, activation!, h!, slope ?? 0, gap ?? 0] as const;
    kernel.activate(...places, dropBelow, 1 / (1 - dropout), seed);
  },
};

export function activationSettings(activation: Activation): Settings {
  return { activation: activationCodes[activation] };
}

/** (dh, slope[, gap]) -> dz, dBias and with a gap dStrength */
export const activateBack: Operation = {
  name: 'LaurelActivateBack',
  shapes: ([dh, , gap]) => [dh!, [dh![1]!], ...(gap ? [[dh![1]!]] : [])],
  run(kernel, [dh, slope, gap], [dz, dBias, dStrength]) {
    const [rows, columns] = dh!.shape as [number, number];
    kernel.activateBack(dh!.at, slope!.at, gap?.at ?? 0, rows, columns, dz!, dBias!, dStrength ?? 0);
  },
};

/** (x, w, b, mix, shift) -> rows x (columns + 3 numbers); see assembly/waves.ts */
export const embed: Operation = {
  name: 'LaurelEmbed',
  shapes: ([x, w]) => [[x![0]!, x![1]! + 3 * w![0]!]],
  run(kernel, [x, w, b, mix, shift], [out]) {
    const [rows, columns] = x!.shape as [number, number];
    kernel.embed(x!.at, w!.at, b!.at, mix!.at, shift!.at, rows, columns, w!.shape[0]!, out!);
  },
};

/** (dOut, x, w, b, mix) -> dW, dB, dMix, dShift */
export const embedBack: Operation = {
  name: 'LaurelEmbedBack',
  shapes: ([, , w, b, mix]) => [w!, b!, mix!, [w![0]!, 3]],
  run(kernel, [dOut, x, w, b, mix], [dW, dB, dMix, dShift]) {
    const [rows, columns] = x!.shape as [number, number];
    const places = [dOut!.at, x!.at, w!.at, b!.at, mix!.at, rows, columns, w!.shape[0]!] as const;
    kernel.embedBack(...places, dW!, dB!, dMix!, dShift!);
  },
};

/** (values, first, second, gradient) -> the first three after a step of Adam; settings as in assembly/adam.ts */
export const adam: Operation = {
  name: 'LaurelAdam',
  shapes: ([values]) => [values!, values!, values!],
  run(kernel, [values, first, second, gradient], outputs, settings) {
    const { rate, kept, correction2, beta1, beta2 } = settings as Record<string, number>;
    const [newValues, newFirst, newSecond] = outputs as [number, number, number];
    const length = sizeOf(values!.shape);
    const places = [values!.at, first!.at, second!.at, gradient!.at, newValues, newFirst, newSecond, length] as const;
    kernel.adam(...places, rate!, kept!, correction2!, beta1!, beta2!);
  },
};

export const operations = [
  multiply,
  scaleInputs,
  scaleInputsBack,
  activate,
  activateBack,
  embed,
  embedBack,
  adam,
] as const;

export function sizeOf(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}
