import { TreesError } from '../errors.ts';
import { planArena } from '../kernel/arena.ts';
import { type Kernel, openKernel } from '../kernel/module.ts';
import type { FeatureBinning, FeatureInput } from '../types.ts';
import { checkFeatures } from './check.ts';
import { type BoundsRoom, findBounds, zeroBand } from './find-bounds.ts';
import { fitLevels } from './fit-levels.ts';
import { sampleRows, stretchOf } from './sample.ts';
import type { BinningOptions } from './types.ts';

/** room that sortNumbers of the kernel wants for its counters */
const sortPlacesBytes = 6 * 2048 * 4;

const defaults: BinningOptions = { maxBins: 255, minDataInBin: 3, sampleRows: 200_000, minLevelCount: 3, seed: 0 };

/**
 * Learns from training rows how the values of each feature become at most 256 bins, bin 0 being the missing value.
 * Numeric features: see findBounds; when values are missing in the sample, one bin fewer is left for the others, as in
 * LightGBM. Categorical ones: see fitLevels. The same rows, options and seed give the same bins. Throws INVALID_DATA or
 * INVALID_PARAMETER.
 */
export function fitBinning(
  features: readonly FeatureInput[],
  rows: number,
  options: Partial<BinningOptions> = {},
): FeatureBinning[] {
  const chosen = { ...defaults, ...options };
  checkOptions(chosen);
  checkFeatures(features, rows);
  const sampler = new Sampler(rows, chosen);
  return features.map((feature) => {
    if (feature.kind === 'categorical') {
      return fitLevels(feature.codes, feature.levels, chosen.maxBins, chosen.minLevelCount);
    }
    const { values, zeros, missing } = sampler.take(feature);
    const budget = missing > 0 ? chosen.maxBins - 1 : chosen.maxBins;
    return { kind: 'numeric', upper: findBounds(values, zeros, budget, chosen.minDataInBin, sampler.room) };
  });
}

interface Sampled {
  /** neither missing nor zero, ascending; valid until the next feature is taken */
  values: Float64Array;
  zeros: number;
  missing: number;
}

/** Takes the same sample of rows from one feature after the other, into one buffer, and sorts it. */
class Sampler {
  readonly room: BoundsRoom;
  private readonly rows: number;
  private readonly size: number;
  /** null: all rows */
  private readonly sample: Int32Array | null;
  private readonly kernel: Kernel<'values' | 'spare' | 'places'>;
  private readonly buffer: Float64Array;

  constructor(rows: number, options: BinningOptions) {
    this.rows = rows;
    this.size = Math.min(rows, options.sampleRows);
    this.sample = this.size < rows ? sampleRows(rows, this.size, options.seed) : null;
    this.kernel = openKernel(planArena({ values: this.size * 8, spare: this.size * 8, places: sortPlacesBytes }));
    this.buffer = this.kernel.f64('values');
    this.room = { counts: new Int32Array(this.size) };
  }

  take(feature: Exclude<FeatureInput, { kind: 'categorical' }>): Sampled {
    const looked = feature.kind === 'numeric' ? this.takeDense(feature.values) : this.takeSparse(feature);
    const { buffer } = this;
    let kept = 0;
    let missing = 0;
    for (let i = 0; i < looked; i++) {
      const value = buffer[i]!;
      if (value > zeroBand || value <= -zeroBand) buffer[kept++] = value;
      else if (Number.isNaN(value)) missing++;
    }
    const { at } = this.kernel.arena;
    this.kernel.exports.sortNumbers(at.values, kept, at.spare, at.places);
    return { values: buffer.subarray(0, kept), zeros: this.size - kept - missing, missing };
  }

  /** Copies the sampled values into the buffer and gives back their number. */
  private takeDense(values: Float64Array): number {
    const { buffer, sample } = this;
    if (!sample) buffer.set(values);
    else for (let i = 0; i < sample.length; i++) buffer[i] = values[sample[i]!]!;
    return this.size;
  }

  private takeSparse({ rows, values }: Extract<FeatureInput, { kind: 'sparse' }>): number {
    const { buffer, sample } = this;
    if (!sample) {
      buffer.set(values);
      return values.length;
    }
    let taken = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (sample[stretchOf(row, this.rows, this.size)] === row) buffer[taken++] = values[i]!;
    }
    return taken;
  }
}

function checkOptions(options: BinningOptions): void {
  within('maxBins', options.maxBins, 2, 255);
  within('minDataInBin', options.minDataInBin, 1, 2 ** 31);
  within('sampleRows', options.sampleRows, 1, 2 ** 31);
  within('minLevelCount', options.minLevelCount, 1, 2 ** 31);
  within('seed', options.seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

function within(name: keyof BinningOptions, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new TreesError('INVALID_PARAMETER', `${name} must be a whole number from ${low} to ${high}; it is ${value}.`);
}
