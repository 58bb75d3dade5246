import { binOfCode, binOfNumber } from '../binning/write-bins.ts';
import { TreesError } from '../errors.ts';
import { planArena } from '../kernel/arena.ts';
import { type Kernel, openKernel } from '../kernel/module.ts';
import type { FeatureBinning, FeatureInput, TreeModel } from '../types.ts';
import { type BlockBuffer, blockSizes, checkInput, rowsPerBlock, writeBlock } from './blocks.ts';
import { createExplainer, type Explainer } from './explainer.ts';
import { type Layout, type LayoutBuffer, layoutSizes, usedFeatures, writeLayout } from './layout.ts';
import { applyLink, predictionWidth } from './link.ts';

/** A model in a kernel of its own, ready to predict. All results are row-major and belong to the caller. */
export interface Predictor {
  /** raw numbers per row */
  readonly outputs: number;
  /** predictions per row: 2 probabilities for a logistic link, otherwise `outputs` */
  readonly width: number;
  /** bytes of the kernel's memory */
  readonly memoryBytes: number;
  /** rows x outputs before the link: base plus the trees, added in their order */
  raw(features: readonly FeatureInput[], rows: number): Float64Array;
  /** rows x width after the link: values, or probabilities that add up to 1 */
  predict(features: readonly FeatureInput[], rows: number): Float64Array;
  /** rows x trees: the leaf, from 0 within its tree, that a row gets to */
  leaves(features: readonly FeatureInput[], rows: number): Int32Array;
  /**
   * rows x outputs x (features + 1): how much every feature moved the raw number (TreeSHAP, path-dependent), and last
   * the expected raw number over the training rows. They add up to the raw number.
   */
  contributions(features: readonly FeatureInput[], rows: number): Float64Array;
  /**
   * One row without allocating: a number per feature (value, or code of the category; NaN or a code below 0 is
   * missing). Writes `outputs` numbers to `out`, equal to `raw` for the same row.
   */
  rawRow(values: Float64Array, out: Float64Array): void;
  /** same after the link: writes `width` numbers, equal to `predict` */
  predictRow(values: Float64Array, out: Float64Array): void;
  /** lets go of the memory; nothing can be predicted afterwards */
  dispose(): void;
}

type PredictorBuffer = LayoutBuffer | BlockBuffer | 'base' | 'raw' | 'linked' | 'leafSlots';

export interface PredictorOptions {
  /** bytes that the kernel may take, and that of `contributions` as well; by default what WebAssembly can address */
  memoryLimitBytes?: number;
}

/**
 * Loads a model into a kernel. Throws MEMORY_LIMIT when that takes more than `memoryLimitBytes`; `contributions` does so
 * for its own kernel when first called. The arrays that hold results are not counted.
 */
export function createPredictor(model: TreeModel, options: PredictorOptions = {}): Predictor {
  return new LoadedModel(model, options.memoryLimitBytes);
}

class LoadedModel implements Predictor {
  readonly outputs: number;
  readonly width: number;
  readonly memoryBytes: number;
  readonly #model: TreeModel;
  readonly #limitBytes: number | undefined;
  readonly #used: Int32Array;
  readonly #blockRows: number;
  readonly #layout: Layout;
  #kernel: Kernel<PredictorBuffer> | null;
  /** views on the kernel's memory for single rows */
  #rowBins: Uint8Array;
  #rowRaw: Float64Array;
  #rowLinked: Float64Array;
  #explainer: Explainer | null = null;

  constructor(model: TreeModel, limitBytes: number | undefined) {
    const { ensemble, binning } = model;
    this.#model = model;
    this.#limitBytes = limitBytes;
    this.outputs = ensemble.outputs;
    this.width = predictionWidth(model.link, ensemble.outputs);
    this.#used = usedFeatures(ensemble, binning.length);
    this.#blockRows = rowsPerBlock(this.#used.length, this.outputs);
    const sizes: Record<PredictorBuffer, number> = {
      ...layoutSizes(ensemble),
      ...blockSizes(this.#used.length, this.#blockRows),
      base: this.outputs * 8,
      raw: this.#blockRows * this.outputs * 8,
      linked: model.link === 'logistic' ? this.#blockRows * this.width * 8 : 0,
      leafSlots: 8 * ensemble.trees * 4,
    };
    const arena = planArena(sizes, limitBytes);
    const kernel = openKernel(arena);
    this.#layout = writeLayout(kernel, ensemble, this.#used);
    kernel.f64('base').set(ensemble.base);
    this.memoryBytes = arena.bytes;
    this.#kernel = kernel;
    this.#rowBins = kernel.u8('rows');
    this.#rowRaw = kernel.f64('raw').subarray(0, this.outputs);
    this.#rowLinked = model.link === 'logistic' ? kernel.f64('linked').subarray(0, this.width) : this.#rowRaw;
  }

  raw(features: readonly FeatureInput[], rows: number): Float64Array {
    return this.#run(features, rows, false);
  }

  predict(features: readonly FeatureInput[], rows: number): Float64Array {
    return this.#run(features, rows, true);
  }

  #run(features: readonly FeatureInput[], rows: number, linked: boolean): Float64Array {
    const { exports, arena, memory } = this.#open();
    const width = linked ? this.width : this.outputs;
    const result = new Float64Array(rows * width);
    this.#eachBlock(features, rows, (from, count) => {
      const padded = Math.ceil(count / 8) * 8;
      exports.predictStart(arena.at.raw, padded, arena.at.base);
      exports.predictBlock(arena.at.rows, this.#used.length, padded, arena.at.raw);
      const at = linked ? this.#link(count) : arena.at.raw;
      result.set(new Float64Array(memory.buffer, at, count * width), from * width);
    });
    return result;
  }

  leaves(features: readonly FeatureInput[], rows: number): Int32Array {
    const { exports, arena, u32 } = this.#open();
    const { trees } = this.#model.ensemble;
    const leafOfSlot = leavesBySlot(this.#layout.slotOfLeaf, this.#model.ensemble.leafStart);
    const result = new Int32Array(rows * trees);
    const slots = u32('leafSlots');
    this.#eachBlock(features, rows, (from, count) => {
      for (let row = 0; row < count; row += 8) {
        exports.predictLeafSlots(arena.at.rows + row * this.#used.length, this.#used.length, 8, arena.at.leafSlots);
        const first = (from + row) * trees;
        const end = Math.min(8, count - row) * trees;
        for (let i = 0; i < end; i++) result[first + i] = leafOfSlot[slots[i]!]!;
      }
    });
    return result;
  }

  contributions(features: readonly FeatureInput[], rows: number): Float64Array {
    this.#open();
    this.#explainer ??= createExplainer(this.#model, this.#limitBytes);
    return this.#explainer.contributions(features, rows);
  }

  rawRow(values: Float64Array, out: Float64Array): void {
    this.#walkRow(values);
    out.set(this.#rowRaw);
  }

  predictRow(values: Float64Array, out: Float64Array): void {
    this.#walkRow(values);
    this.#link(1);
    out.set(this.#rowLinked);
  }

  dispose(): void {
    this.#kernel = null;
    this.#explainer = null;
    this.#rowBins = new Uint8Array(0);
    this.#rowRaw = new Float64Array(0);
    this.#rowLinked = new Float64Array(0);
  }

  #open(): Kernel<PredictorBuffer> {
    if (this.#kernel === null) {
      throw new TreesError('INVALID_PARAMETER', 'This predictor was disposed of. Create another one from the model.');
    }
    return this.#kernel;
  }

  /** Calls back with the first row of every block and its number of rows once their bins are written. */
  #eachBlock(features: readonly FeatureInput[], rows: number, take: (from: number, count: number) => void): void {
    const kernel = this.#open();
    const { binning } = this.#model;
    checkInput(features, binning, rows);
    for (let from = 0; from < rows; from += this.#blockRows) {
      const to = Math.min(rows, from + this.#blockRows);
      writeBlock(kernel, features, binning, this.#used, from, to);
      take(from, to - from);
    }
  }

  #walkRow(values: Float64Array): void {
    const { exports, arena } = this.#open();
    const { binning } = this.#model;
    if (values.length !== binning.length) {
      throw new TreesError(
        'INVALID_DATA',
        `A row needs ${binning.length} values, one per column, not ${values.length}.`,
      );
    }
    const used = this.#used;
    for (let i = 0; i < used.length; i++) {
      const feature = used[i]!;
      this.#rowBins[i] = binOfValue(binning[feature]!, values[feature]!);
    }
    exports.predictStart(arena.at.raw, 1, arena.at.base);
    exports.predictOne(arena.at.rows, this.#layout.sets, arena.at.raw);
  }

  /** Links the first rows of the raw buffer; returns where the predictions are. */
  #link(rows: number): number {
    const { exports, arena } = this.#open();
    return applyLink(exports, this.#model.link, this.outputs, rows, arena.at.raw, arena.at.linked);
  }
}

function binOfValue(binning: FeatureBinning, value: number): number {
  if (binning.kind === 'numeric') return binOfNumber(binning, value);
  return Number.isNaN(value) ? 0 : binOfCode(binning, value);
}

/** Number within its tree of the leaf in every slot. */
function leavesBySlot(slotOfLeaf: Int32Array, leafStart: Int32Array): Int32Array {
  const last = slotOfLeaf.reduce((most, slot) => Math.max(most, slot), -1);
  const leaves = new Int32Array(last + 1);
  for (let tree = 0; tree + 1 < leafStart.length; tree++) {
    for (let leaf = leafStart[tree]!; leaf < leafStart[tree + 1]!; leaf++) {
      leaves[slotOfLeaf[leaf]!] = leaf - leafStart[tree]!;
    }
  }
  return leaves;
}
